"""What Codex is made to do."""

from __future__ import annotations

from script import Call, Say, Scenario, Scene, Think, Trouble, call


def patch(text: str, **more) -> Call:
    return Call("apply_patch", {}, free=text, **more)


SCENARIOS = [
    Scenario("hello", "codex", {"main": Scene([[Say("Good morning.")]])}),
    Scenario(
        "files",
        "codex",
        {
            "main": Scene(
                [
                    [
                        Think("**Planning** A module first."),
                        Say("I write the module."),
                        call("exec_command", cmd="mkdir -p src && printf 'a\\n' > src/price.py"),
                    ],
                    [call("exec_command", cmd="echo testing; echo '1 failed' >&2; exit 2", fails=True)],
                    [call("exec_command", cmd="echo ok"), call("exec_command", cmd="ls src")],
                    [Say("The module is written; one test failed.")],
                ]
            )
        },
    ),
    Scenario(
        "patch",
        "codex",
        {
            "main": Scene(
                [
                    [
                        patch(
                            "*** Begin Patch\n*** Add File: src/tea.py\n+def tea():\n+    return 1\n*** End Patch\n",
                            changes=("create", "src/tea.py"),
                        )
                    ],
                    [
                        patch(
                            "*** Begin Patch\n*** Update File: src/tea.py\n@@\n def tea():\n-    return 1\n+    return 2\n*** End Patch\n",
                            changes=("modify", "src/tea.py"),
                        )
                    ],
                    [Say("Tea it is.")],
                ]
            )
        },
    ),
    Scenario(
        "retries",
        "codex",
        {
            "main": Scene(
                [[call("exec_command", cmd="echo back")], [Say("It works in the end.")]],
                troubles={0: [Trouble(500, "server_error", "The server had an error")] * 2},
            )
        },
    ),
    Scenario(
        "api-dead",
        "codex",
        {"main": Scene([[Say("Never.")]], forever=Trouble(401, "invalid_api_key", "This key is made up"))},
        status=("failed",),
    ),
]
