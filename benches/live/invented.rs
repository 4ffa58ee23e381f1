//! Streams in the shapes and sizes that real ones have, for machines without any: most bytes are results, which stand there twice,
//! and pictures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const TURNS: u64 = 220;

/// A stream of about 3 MB; each number has other words and ids.
pub fn stream(number: u64) -> Vec<u8> {
    let mut dice = Dice(number + 1);
    let session = format!("session-{number}");
    let mut lines = vec![json!({
        "type": "system", "subtype": "init", "session_id": session, "cwd": "/work/shop", "model": "claude-sonnet-4-5",
        "tools": ["Bash", "Edit", "Read", "TodoWrite"], "mcp_servers": [], "permissionMode": "bypassPermissions",
        "uuid": format!("init-{number}")
    })];
    for turn in 0..TURNS {
        let id = format!("{number}-{turn}");
        let message = |content: Value, role: &str| {
            json!({
                "type": role, "session_id": session, "uuid": format!("{role}-{id}-{}", content["type"].as_str().unwrap_or("")),
                "parent_tool_use_id": null,
                "message": {"id": format!("msg-{id}"), "role": role, "model": "claude-sonnet-4-5", "content": [content],
                    "usage": {"input_tokens": 4, "output_tokens": 220, "cache_read_input_tokens": 18_000}}
            })
        };
        match turn % 4 {
            0 => lines.push(message(
                json!({"type": "thinking", "thinking": dice.words(900), "signature": dice.base64(2_400)}),
                "assistant",
            )),
            _ => lines.push(message(json!({"type": "text", "text": dice.words(400)}), "assistant")),
        }
        let call = format!("toolu-{id}");
        let (name, input, output, structured) = match turn % 5 {
            0 => {
                let (old, new) = (dice.words(1_500), dice.words(1_700));
                let structured = json!({"filePath": "/work/shop/src/cart.ts", "oldString": old, "newString": new,
                    "originalFile": dice.words(9_000),
                    "structuredPatch": [{"oldStart": 3, "oldLines": 1, "newStart": 3, "newLines": 1,
                        "lines": [format!("-{old}"), format!("+{new}")]}]});
                let input = json!({"file_path": "/work/shop/src/cart.ts", "old_string": old, "new_string": new});
                ("Edit", input, json!("The file has been updated."), structured)
            }
            1 if turn % 40 == 1 => {
                let data = dice.picture(260_000);
                let image =
                    json!([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}]);
                let structured =
                    json!({"type": "image", "file": {"base64": data, "type": "image/png", "originalSize": 195_000}});
                ("Read", json!({"file_path": "/work/shop/shot.png"}), image, structured)
            }
            1 | 2 => {
                let text = dice.words(7_000);
                let structured = json!({"type": "text", "file": {"filePath": "/work/shop/src/pay.ts", "content": text,
                    "numLines": 200, "startLine": 1, "totalLines": 200}});
                (
                    "Read",
                    json!({"file_path": "/work/shop/src/pay.ts"}),
                    json!(text),
                    structured,
                )
            }
            _ => {
                let text = dice.words(2_500);
                let structured = json!({"stdout": text, "stderr": "", "interrupted": false});
                (
                    "Bash",
                    json!({"command": "pnpm vitest run", "description": "Run the tests"}),
                    json!(text),
                    structured,
                )
            }
        };
        lines.push(message(
            json!({"type": "tool_use", "id": call, "name": name, "input": input}),
            "assistant",
        ));
        let mut answer = message(
            json!({"type": "tool_result", "tool_use_id": call, "content": output}),
            "user",
        );
        answer["tool_use_result"] = structured;
        lines.push(answer);
    }
    lines.push(
        json!({"type": "result", "subtype": "success", "is_error": false, "duration_ms": 600_000, "num_turns": TURNS,
        "result": dice.words(800), "session_id": session, "total_cost_usd": 2.4, "uuid": format!("result-{number}")}),
    );
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend_from_slice(line.to_string().as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

/// Always the same throws (xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Words of code and prose in lines, about so many bytes.
    fn words(&mut self, bytes: usize) -> String {
        const WORDS: [&str; 16] = [
            "const",
            "payment",
            "=",
            "await",
            "retry(",
            "\"order\",",
            "webhook)",
            "{",
            "the",
            "tests",
            "pass",
            "and",
            "nothing",
            "else}",
            "→",
            "return",
        ];
        let mut text = String::with_capacity(bytes + 16);
        while text.len() < bytes {
            text.push_str(WORDS[(self.throw() % 16) as usize]);
            text.push(if self.throw().is_multiple_of(9) { '\n' } else { ' ' });
        }
        text
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count.div_ceil(8))
            .flat_map(|_| self.throw().to_le_bytes())
            .collect()
    }

    fn base64(&mut self, characters: usize) -> String {
        let bytes = self.bytes(characters / 4 * 3);
        STANDARD.encode(bytes)
    }

    /// The head of a PNG and what no program can make smaller.
    fn picture(&mut self, characters: usize) -> String {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0\x02\xd0\x08\x02\0\0\0".to_vec();
        bytes.extend(self.bytes(characters / 4 * 3));
        STANDARD.encode(bytes)
    }
}
