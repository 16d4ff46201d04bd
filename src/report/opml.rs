//! What is watched, as a subscription list that other programs read (OPML 2.0).

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use url::Url;

use crate::model::PageKind;

/// The list of `sources`: name, kind and address of each. What is no feed keeps the name of its kind,
/// which `benggala add` reads.
///
/// # Errors
/// None in practice: memory is all it writes to.
pub fn list<'s>(
    sources: impl Iterator<Item = (&'s str, PageKind, &'s Url)>,
) -> std::io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    xml.create_element("opml")
        .with_attribute(("version", "2.0"))
        .write_inner_content(|xml| {
            xml.create_element("head").write_inner_content(|xml| {
                xml.create_element("title")
                    .write_text_content(BytesText::new("Watched by benggala"))?;
                Ok(())
            })?;
            xml.create_element("body").write_inner_content(|xml| {
                for (name, kind, url) in sources {
                    let kind = match kind {
                        PageKind::Feed => "rss",
                        other => other.as_str(),
                    };
                    xml.create_element("outline")
                        .with_attributes([("text", name), ("type", kind), ("xmlUrl", url.as_str())])
                        .write_empty()?;
                }
                Ok(())
            })?;
            Ok(())
        })?;
    let mut text = String::from_utf8_lossy(&xml.into_inner()).into_owned();
    text.push('\n');
    Ok(text)
}
