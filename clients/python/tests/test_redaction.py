"""Secrets are removed before anything is written, by the server's own rules."""

import base64
import json
import random
import unittest

from .support import Case, adwatch

#: Made here, of no use anywhere; assembled so that no scanner takes them for real.
TAIL = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0"
PREFIXES = [prefix for prefix, _, _ in adwatch._RULES]
KEY = "-----BEGIN RSA %s-----" % "PRIVATE KEY"


def samples():
    """Texts with secrets, with what looks like one, and with neither."""
    found = [
        around % (prefix + TAIL) for prefix in PREFIXES for around in ("%s", "KEY=%s", 'a "%s", b', "x\n+%s\n", "ä%sö", "word%s")
    ]
    found += [
        "before\n%s\nMIIEow\nAbCd\n-----END RSA %s-----\nafter" % (KEY, "PRIVATE KEY"),
        KEY + "\nMIIEow",
        "in one line %s\\nMIIEow\\n-----END x" % KEY,
        "-----BEGIN CERTIFICATE-----\nMIIE",
        "-----BEGIN PRIVATE KEY and no end",
        "sk-learn is a library",
        "sk-learn-is-a-long-word-with-dashes",
        "task-0123456789012345678901234",
        "Bearer of good news, he said",
        "ghp_short",
        "ASIA pacific",
        "disk-usage-of-a-very-long-name",
        "",
        "nothing at all",
    ]
    chance = random.Random(4)
    for _ in range(300):
        parts = []
        for _ in range(chance.randrange(1, 6)):
            noise = "".join(chance.choice('aZ9 _-=\n"\\äs/+.') for _ in range(chance.randrange(6)))
            parts += [noise, chance.choice([*PREFIXES, KEY + "\nMIIE", ""]), TAIL[: chance.randrange(40)]]
        found.append("".join(parts))
    return found


class Redaction(Case):
    def test_the_client_removes_what_the_server_removes(self):
        self.server.start()
        texts = samples()
        deep = {"list": [{"key " + text: text} for text in texts[:40]]}
        items = [{"type": "text_block", "data": {"adw_id": "raw", "payload": {"content": text}}} for text in texts]
        self.server.push([*items, {"type": "odd", "data": {"adw_id": "raw", "payload": deep}}])
        for text in texts:
            item = adwatch._line({"type": "text_block", "data": {"content": text}}).decode()
            self.assertEqual(adwatch._plain(text), adwatch._plain(adwatch._plain(text)), "twice is no more than once")
            self.assertFalse(any(prefix + TAIL in item for prefix in PREFIXES if "word" + prefix not in text), item)
        notifier = self.notifier("clean")
        handed_over, hand_over = [], notifier._courier.hand_over
        notifier._courier.hand_over = lambda event, began: handed_over.append(event.line) or hand_over(event, began)
        for text in texts:
            notifier.send_text_block(text)
        notifier.send_agent_state_update("odd", deep)
        self.flushed(notifier)
        raw, clean = self.server.payloads("raw"), self.server.payloads("clean")
        self.assertEqual(len(clean), len(texts) + 1)
        for text, by_server, by_client in zip([*texts, "deep"], raw, clean):
            self.assertEqual(by_client, by_server, text)
        # What the server got was clean already: it had nothing left to do.
        written = [json.loads(line)["data"]["payload"] for line in handed_over]
        self.assertEqual(written, raw)

    def test_no_secret_reaches_the_spool(self):
        notifier = self.notifier()
        for prefix in PREFIXES:
            notifier.send_tool_execution("Bash", "pre", "t", {"command": "export KEY=%s%s" % (prefix, TAIL), prefix + TAIL: 1})
        written = self.spooled()
        self.assertEqual(written.count(b"export KEY="), len(PREFIXES))
        self.assertNotIn(TAIL.encode(), written)

    def test_pictures_stay_as_they_are(self):
        self.server.start()
        # Base64 with what looks like a secret in it.
        pixels = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==")
        pixels += b"\0" * (-len(pixels) % 3)
        text = base64.b64encode(pixels).decode() + "AAA/AKIAABCDEFGHIJKLMNOPQRSTUV0X"
        self.assertIn("AKIAABCDEFGHIJKLMNOP", text)
        block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": text}}
        self.server.push(
            {"type": "odd", "data": {"adw_id": "raw", "payload": {"a": block, "b": "data:image/png;base64," + text}}}
        )
        notifier = self.notifier("clean")
        notifier.send_agent_state_update("odd", {"a": block, "b": "data:image/png;base64," + text})
        self.flushed(notifier)
        self.assertEqual(self.server.payloads("clean"), self.server.payloads("raw"))
        self.assertIn("media", self.server.payloads("clean")[0]["a"])


if __name__ == "__main__":
    unittest.main()
