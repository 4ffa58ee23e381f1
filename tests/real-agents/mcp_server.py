"""A small MCP server over standard input: one tool that answers, and one that fails."""

import json
import sys

TOOLS = [
    {"name": name, "description": says, "inputSchema": {"type": "object", "properties": {"item": {"type": "string"}}}}
    for name, says in (("price", "The price of an item"), ("order", "Orders an item"))
]


def answer(method: str, params: dict):
    if method == "initialize":
        about = {"name": "shop", "version": "1"}
        return {"protocolVersion": params.get("protocolVersion", "2025-06-18"), "capabilities": {"tools": {}}, "serverInfo": about}
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call" and params.get("name") == "price":
        return {"content": [{"type": "text", "text": "3 dollars"}]}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": "sold out"}], "isError": True}
    return {}


for line in sys.stdin:
    asked = json.loads(line)
    if "id" in asked:
        result = answer(asked.get("method", ""), asked.get("params") or {})
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
