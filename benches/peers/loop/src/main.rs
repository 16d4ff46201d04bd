//! Fetches every URL of a file and parses what comes back: `loop URLS`. The title of each page is
//! looked at, so that the tree is built; nothing is kept.

use futures_util::{StreamExt as _, stream};
use scraper::{Html, Selector};

const UNDER_WAY_MAX: usize = 64;

#[tokio::main]
async fn main() {
    let path = std::env::args().nth(1).expect("loop URLS");
    let urls = std::fs::read_to_string(path).expect("a file of URLs");
    let client = reqwest::Client::new();
    let title = Selector::parse("title").expect("a selector");
    let pages = stream::iter(urls.lines()).map(|url| {
        let (client, title) = (client.clone(), title.clone());
        let url = url.to_string();
        async move {
            let answer = client.get(&url).send().await?.error_for_status()?;
            let text = answer.text().await?;
            let titles = tokio::task::spawn_blocking(move || {
                let page = Html::parse_document(&text);
                page.select(&title).count()
            });
            Ok::<_, reqwest::Error>(titles.await.unwrap_or(0))
        }
    });
    let titles: Vec<_> = pages.buffer_unordered(UNDER_WAY_MAX).collect().await;
    let read = titles.iter().filter(|titles| matches!(titles, Ok(1..))).count();
    println!("{read} pages read, {} failed", titles.len() - read);
}
