"""Everything that is played. Paths are relative to the run's project, in which every CLI works."""

from __future__ import annotations

import signal
from dataclasses import replace

from script import OVERLOADED, TOO_MANY, Call, Delegate, Need, Peek, Redacted, Say, Scenario, Scene, Think, Trouble, call

MODULE = "def price(pence):\n    return pence\n"
#: Claude Code refuses a bare `sleep`.
LONG = "for n in $(seq 60); do sleep 1; done"
TOOLS = "Bash,Read,Write,Edit,Agent,Task,TaskCreate,TaskUpdate,TaskList,TaskGet,TaskStop,mcp__shop__price,mcp__shop__order"
FREELY = ("--allowedTools", TOOLS)


def claude(name: str, scenes, **more) -> Scenario:
    scenes = scenes if isinstance(scenes, dict) else {"main": scenes}
    return Scenario(name, "claude", scenes, flags=(*more.pop("flags", FREELY),), **more)


def killed(sent: signal.Signals, by_way: dict[str, tuple[str, ...]]) -> Scenario:
    script = Scene([[Say("This takes long."), call("Bash", command=LONG, description="Long work")], [Say("Over.")]])
    name = f"killed-{sent.name.lower()}"
    return claude(name, script, kill=sent, unplayed=1, status=("stalled", "failed"), by_way=by_way)


FILES = Scene(
    [
        [
            Think("A module for prices is wanted. It is small, so I write it at once and try it."),
            Say("I write the module."),
            call("Write", file_path="src/price.py", content=MODULE, changes=("create", "src/price.py")),
        ],
        [call("Read", file_path="src/price.py")],
        [
            Say("Pounds are wanted, not pence."),
            call(
                "Edit",
                file_path="src/price.py",
                old_string="    return pence\n",
                new_string="    # in pounds\n    return pence / 100\n",
                changes=("modify", "src/price.py"),
            ),
        ],
        [call("Bash", command="echo testing; echo '1 failed' >&2; exit 2", description="Run the tests", fails=True)],
        [
            Say("Three looks at once."),
            call("Bash", command="ls src", description="List"),
            call("Read", file_path="src/price.py"),
            call("Bash", command="cat src/none.py", description="Look at what is not there", fails=True),
        ],
        [Think("That is all."), Say("The module is written; one test failed.")],
    ]
)
SEARCH = Scene(
    [
        [Think("Where could it be?"), Say("I look for it."), call("Bash", command="echo looking", description="Look")],
        [call("Bash", command="ls", description="List")],
        [Say("It is in the first file.")],
    ]
)
FAILING = Scene([[call("Bash", command="exit 7", description="Fail", fails=True)], [Say("It cannot be done.")]])
COLOUR = {
    "questions": [
        {
            "question": "Which colour should the shop have?",
            "header": "Colour",
            "multiSelect": False,
            "options": [
                {"label": "Green", "description": "as the grass"},
                {"label": "Violet", "description": "as the heather"},
            ],
        }
    ]
}
ASK = Call("AskUserQuestion", COLOUR)
REFUSED = Trouble(401, "authentication_error", "This key is made up")

CLAUDE = [
    claude("hello", Scene([[Say("Good morning.")]])),
    claude("files", FILES),
    claude("partial", FILES, flags=(*FREELY, "--include-partial-messages")),
    # With --verbose it is all lines as one array; without, the result alone.
    claude("array", FILES, flags=(*FREELY, "--output-format", "json"), one_array=True, ways=("file", "run", "all")),
    claude("result-only", FILES, flags=(*FREELY, "--output-format", "json"), only_result=True, ways=("file", "run", "all")),
    claude(
        "thinking",
        Scene(
            [
                [Think("A long thought. " * 20), Redacted(), Say("I have thought."), call("Bash", command="echo 1")],
                [Think("A second thought."), Say("It is one.")],
            ],
            pause_s=0.02,
        ),
    ),
    claude(
        "sub-agents",
        {
            "main": Scene(
                [
                    [
                        Say("Two helpers at once."),
                        Delegate("search", "Find the price", "general-purpose"),
                        Delegate("failing", "Try the impossible", "Explore"),
                    ],
                    [Say("Both helpers are back.")],
                ]
            ),
            "search": SEARCH,
            "failing": FAILING,
        },
    ),
    claude(
        "nested",
        {
            "main": Scene([[Say("I pass it on."), Delegate("middle", "Middle work", "general-purpose")], [Say("Done below.")]]),
            "middle": Scene([[Say("And on."), Delegate("search", "Inner work", "general-purpose")], [Say("Inner is done.")]]),
            "search": SEARCH,
        },
    ),
    claude(
        "background",
        {
            "main": Scene(
                [
                    [Say("A helper beside me."), Delegate("search", "Look on the side", "general-purpose", background=True)],
                    [call("Bash", command="sleep 4; echo own", description="My own work")],
                    [Say("My work is done.")],
                    [Say("I heard of the helper.")],
                ]
            ),
            "search": SEARCH,
        },
        unplayed=1,
    ),
    claude(
        "background-late",
        {
            "main": Scene(
                [
                    [Delegate("slow", "A slow look", "general-purpose", background=True)],
                    [Say("I answer before the helper does.")],
                    [Say("Now the helper is back, too.")],
                ]
            ),
            "slow": Scene([[call("Bash", command="sleep 5; echo slow", description="Slow")], [Say("Slowly found.")]]),
        },
    ),
    claude(
        "background-bash",
        Scene(
            [
                [
                    call(
                        "Bash",
                        command="for n in 1 2; do echo $n; sleep 1; done",
                        description="A server on the side",
                        run_in_background=True,
                    )
                ],
                [call("Bash", command="sleep 4; echo waited", description="Wait for it")],
                [Say("The server is over.")],
            ]
        ),
    ),
    claude(
        "outlasting",
        Scene(
            [
                [call("Bash", command="sleep 12", description="A slow server", run_in_background=True)],
                [Say("It runs on while I answer.")],
                [Say("Now the server is over, too.")],
            ]
        ),
        # Its result is there, and nothing was written since for longer than a silence may last.
        peek=Peek(1, 8, ("running", "waiting")),
    ),
    claude(
        "stopped",
        Scene(
            [
                [call("Bash", command="sleep 100", description="An endless server", run_in_background=True)],
                [call("TaskStop", task_id="{task}")],
                [Say("I stopped the server.")],
            ]
        ),
        stopped="An endless server",
    ),
    claude(
        "cut-short",
        Scene(
            [
                [call("Bash", command="sleep 100", description="An endless server", run_in_background=True)],
                [Say("It runs on without me.")],
            ]
        ),
        # As a time limit of whoever started it does: its result was there, what it left behind was not over.
        kill=signal.SIGTERM,
        stopped="An endless server",
    ),
    claude(
        "tasks",
        Scene(
            [
                [
                    call("TaskCreate", subject="Write it", description="src/price.py", activeForm="Writing it"),
                    call("TaskCreate", subject="Try it", description="its tests", activeForm="Trying it"),
                    call("TaskCreate", subject="Sell it", description="later", activeForm="Selling it"),
                ],
                [call("TaskUpdate", taskId="1", status="in_progress")],
                [call("Bash", command="echo writing", description="Write")],
                [
                    call("TaskUpdate", taskId="1", status="completed"),
                    call("TaskUpdate", taskId="2", status="in_progress", addBlockedBy=["1"]),
                ],
                [call("TaskList")],
                [call("TaskUpdate", taskId="3", status="deleted")],
                [Say("One is done, one is under way, one is dropped.")],
            ]
        ),
        todo=[("Write it", "completed"), ("Try it", "in_progress")],
    ),
    claude(
        "denied",
        Scene(
            [
                [Say("I try to."), call("Bash", command="rm -rf /srv/shop", description="Remove the shop", denied=True)],
                [call("Write", file_path="/srv/outside.txt", content="x", denied=True)],
                [Say("I was not allowed to.")],
            ]
        ),
        flags=("--allowedTools", "Read"),
    ),
    claude("question-refused", Scene([[replace(ASK, refused=True)], [Say("Nobody is there to answer.")]])),
    claude(
        "asks",
        Scene(
            [
                [call("Bash", command="touch asked.txt", description="Touch a file")],
                [ASK],
                [call("Write", file_path="denied.txt", content="x", denied=True)],
                [Say("I know all I need.")],
            ]
        ),
        flags=(),
        needs=(
            Need("Bash", "permission", "touch asked.txt", {}),
            Need(
                "AskUserQuestion",
                "question",
                "Which colour should the shop have?",
                {"answers": {"Which colour should the shop have?": "Violet"}},
                ("Green", "Violet"),
            ),
            Need("Write", "permission", "denied.txt", None),
        ),
    ),
    claude(
        "two-turns",
        Scene(
            [
                [call("Bash", command="echo first", description="First")],
                [Say("The first turn is over.")],
                [call("Bash", command="echo second", description="Second")],
                [Say("The second turn is over.")],
            ]
        ),
        turns=2,
    ),
    claude(
        "max-turns",
        Scene([[call("Bash", command=f"echo turn {turn}", description=f"Turn {turn}")] for turn in range(6)]),
        flags=(*FREELY, "--max-turns", "3"),
        unplayed=3,
        status=("failed",),
    ),
    claude(
        "retries",
        Scene(
            [[call("Bash", command="echo back", description="Back")], [Say("It works in the end.")]],
            troubles={0: [OVERLOADED, OVERLOADED], 1: [TOO_MANY]},
        ),
    ),
    claude(
        "breaks-off",
        Scene([[Say("I begin."), call("Bash", command="echo once", description="Once")], [Say("Whole after all.")]], breaks=frozenset({1})),
    ),
    *(
        claude(name, Scene([[Say("Never.")]], forever=trouble), status=("failed",), env={"CLAUDE_CODE_MAX_RETRIES": "2"})
        for name, trouble in (("api-dead", REFUSED), ("api-overloaded", OVERLOADED))
    ),
    claude(
        "mcp",
        Scene(
            [
                [call("mcp__shop__price", item="tea"), call("mcp__shop__order", item="tea", fails=True)],
                [Say("Tea is sold out.")],
            ]
        ),
        mcp=True,
    ),
    # A file and hooks fall silent, and nothing says why; `adwatch run` sees the signal; SIGINT lets the CLI say so itself.
    killed(signal.SIGKILL, {"run": ("failed",), "all": ("failed",)}),
    killed(signal.SIGTERM, {"run": ("failed",), "all": ("failed",)}),
    killed(signal.SIGINT, dict.fromkeys(("file", "run", "all"), ("failed",))),
]


def patch(text: str, **more) -> Call:
    return Call("apply_patch", {}, free=text, **more)


CODEX = [
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

GEMINI = [
    Scenario("hello", "gemini", {"main": Scene([[Say("Good morning.")]])}),
    Scenario(
        "files",
        "gemini",
        {
            "main": Scene(
                [
                    [
                        Think("**Planning** A module first."),
                        Say("I write the module."),
                        call("write_file", file_path="src/price.py", content=MODULE, changes=("create", "src/price.py")),
                    ],
                    [
                        call(
                            "replace",
                            file_path="src/price.py",
                            old_string="    return pence\n",
                            new_string="    return pence / 100\n",
                            instruction="In pounds",
                            changes=("modify", "src/price.py"),
                        )
                    ],
                    # The stream calls a command that failed a success, and does not tell its exit code.
                    [call("run_shell_command", command="echo testing; exit 2", description="Run the tests")],
                    [
                        call("run_shell_command", command="echo ok", description="Again"),
                        call("list_directory", dir_path="src"),
                        call("read_file", file_path="src/none.py", fails=True),
                    ],
                    [
                        call(
                            "write_todos",
                            todos=[
                                {"description": "Write it", "status": "completed"},
                                {"description": "Try it", "status": "in_progress"},
                            ],
                        )
                    ],
                    [Say("The module is written.")],
                ]
            )
        },
        todo=[("Write it", "completed"), ("Try it", "in_progress")],
    ),
    Scenario(
        "retries",
        "gemini",
        {
            "main": Scene(
                [[call("list_directory", dir_path=".")], [Say("It works in the end.")]],
                troubles={0: [Trouble(503, "UNAVAILABLE", "The model is overloaded.")] * 2},
            )
        },
    ),
    Scenario(
        "api-dead",
        "gemini",
        {"main": Scene([[Say("Never.")]], forever=Trouble(400, "INVALID_ARGUMENT", "API key not valid."))},
        status=("failed",),
    ),
]

OPENCODE = [
    Scenario("hello", "opencode", {"main": Scene([[Say("Good morning.")]])}),
    Scenario(
        "files",
        "opencode",
        {
            "main": Scene(
                [
                    [
                        Think("A module first."),
                        Say("I write the module."),
                        call("write", filePath="src/price.py", content=MODULE, changes=("create", "src/price.py")),
                    ],
                    [
                        call(
                            "edit",
                            filePath="src/price.py",
                            oldString="    return pence\n",
                            newString="    return pence / 100\n",
                            changes=("modify", "src/price.py"),
                        )
                    ],
                    [call("bash", command="echo testing; exit 2", description="Run the tests", fails=True)],
                    [
                        call("bash", command="echo ok", description="Again"),
                        call("read", filePath="src/price.py"),
                        call("read", filePath="src/none.py", fails=True),
                    ],
                    [
                        call(
                            "todowrite",
                            todos=[
                                {"id": "1", "content": "Write it", "status": "completed", "priority": "high"},
                                {"id": "2", "content": "Try it", "status": "in_progress", "priority": "low"},
                            ],
                        )
                    ],
                    [Say("The module is written; one test failed.")],
                ]
            )
        },
        todo=[("Write it", "completed"), ("Try it", "in_progress")],
    ),
    Scenario(
        "sub-agent",
        "opencode",
        {
            "main": Scene([[Say("A helper."), Delegate("search", "Find the price", "general")], [Say("The helper is back.")]]),
            "search": Scene([[Say("I look."), call("bash", command="echo looking", description="Look")], [Say("Found.")]]),
        },
    ),
    Scenario(
        "retries",
        "opencode",
        {
            "main": Scene(
                [[call("bash", command="echo back", description="Back")], [Say("It works in the end.")]],
                troubles={0: [OVERLOADED]},
            )
        },
    ),
    Scenario(
        "api-dead",
        "opencode",
        {"main": Scene([[Say("Never.")]], forever=Trouble(401, "invalid_api_key", "This key is made up"))},
        status=("failed",),
    ),
]

ALL = [*CLAUDE, *CODEX, *GEMINI, *OPENCODE]
