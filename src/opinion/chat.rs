//! The wire format: chat completions, as OpenAI, Ollama, vLLM, llama.cpp and many hosts speak it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::prompt::Messages;
use crate::model::Adviser;

/// Tokens of an answer at most: eight findings take about 700.
const ANSWER_TOKENS_MAX: u32 = 1_500;

/// What a call has cost, as far as the endpoint tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tokens {
    /// Of what was sent.
    pub prompt: u64,
    /// Of the answer.
    pub completion: u64,
}

impl std::ops::AddAssign for Tokens {
    fn add_assign(&mut self, other: Tokens) {
        self.prompt = self.prompt.saturating_add(other.prompt);
        self.completion = self.completion.saturating_add(other.completion);
    }
}

/// What the model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// As it said it.
    pub content: String,
    /// What it cost.
    pub tokens: Tokens,
}

/// An answer in which no model says anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is no chat completion")]
pub struct NoReply;

/// The body of a call. It offers the model no tool, and asks for the likeliest answer.
pub fn request(adviser: &Adviser, messages: &Messages) -> Value {
    json!({
        "model": adviser.model,
        "messages": [
            {"role": "system", "content": messages.system},
            {"role": "user", "content": messages.user},
        ],
        "temperature": 0,
        "max_tokens": ANSWER_TOKENS_MAX,
        "stream": false,
    })
}

/// Reads the body of an answer.
///
/// # Errors
/// If it is not what was asked for.
pub fn reply(body: &[u8]) -> Result<Reply, NoReply> {
    #[derive(Deserialize)]
    struct Completion {
        choices: Vec<Choice>,
        #[serde(default)]
        usage: Option<Usage>,
    }
    #[derive(Deserialize)]
    struct Choice {
        message: Message,
    }
    #[derive(Deserialize)]
    struct Message {
        content: String,
    }
    #[derive(Deserialize)]
    struct Usage {
        #[serde(default)]
        prompt_tokens: u64,
        #[serde(default)]
        completion_tokens: u64,
    }
    let completion: Completion = serde_json::from_slice(body).map_err(|_| NoReply)?;
    let choice = completion.choices.into_iter().next().ok_or(NoReply)?;
    let tokens = completion.usage.map(|usage| Tokens {
        prompt: usage.prompt_tokens,
        completion: usage.completion_tokens,
    });
    Ok(Reply {
        content: choice.message.content,
        tokens: tokens.unwrap_or_default(),
    })
}
