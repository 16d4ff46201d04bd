//! Labels of one page.

use serde::Deserialize;

/// What a page should give.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Gold {
    /// Names the page's file.
    pub id: String,
    /// Where it came from.
    #[serde(default)]
    pub url: Option<String>,
    /// Its language.
    #[serde(default)]
    pub lang: Option<String>,
    /// The set that it is part of.
    #[serde(default)]
    pub source: Option<String>,
    /// Its title.
    #[serde(default)]
    pub title: Option<String>,
    /// Who wrote it.
    #[serde(default)]
    pub author: Option<Names>,
    /// The day it was published, as `2024-05-31`.
    #[serde(default)]
    pub date: Option<String>,
    /// The whole body.
    #[serde(default)]
    pub body: Option<String>,
    /// Chunks that must be in the body.
    #[serde(default)]
    pub with: Vec<String>,
    /// Chunks that must not be in the body.
    #[serde(default)]
    pub without: Vec<String>,
    /// Lines that may be in the body or not.
    #[serde(default)]
    pub optional: Vec<String>,
}

/// Names as one line or as a list.
#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Names {
    /// `Ann Smith and Bo Li`
    Line(String),
    /// One name each.
    List(Vec<String>),
}
