"""What Claude Code is made to do."""

from __future__ import annotations

import signal
from dataclasses import replace

from scenarios.texts import MODULE
from script import OVERLOADED, TOO_MANY, Call, Delegate, Need, Peek, Redacted, Say, Scenario, Scene, Think, Trouble, call

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

SCENARIOS = [
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
                ],
                afterwards="I heard of the helper.",
            ),
            "search": SEARCH,
        },
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
        "sub-agent-fails",
        {
            "main": Scene(
                [
                    [Delegate("lost", "Ask in vain", "general-purpose", ends="failed")],
                    [Say("The helper got no answer.")],
                ]
            ),
            "lost": Scene([[Say("Never.")]], forever=Trouble(400, "invalid_request_error", "This cannot be asked")),
        },
    ),
    claude(
        "sub-agent-stopped",
        {
            "main": Scene(
                [
                    [Delegate("long", "An endless search", "general-purpose", background=True, ends="stopped")],
                    # The helper is at work by then.
                    [call("Bash", command="sleep 2; echo waited", description="Wait a little")],
                    [call("TaskStop", task_id="{task}")],
                    [Say("I stopped the helper.")],
                ],
                afterwards="I heard of its end.",
            ),
            # Its call is rejected when it is stopped.
            "long": Scene([[call("Bash", command=LONG, description="Search for long", denied=True)], [Say("Never.")]]),
        },
        stopped="An endless search",
        unplayed=1,
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
            ],
            afterwards="I heard of its end.",
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
        since="2.1.198",
    ),
    claude(
        "ended-for-it",
        Scene(
            [
                [call("Bash", command="sleep 60", description="A slow server", run_in_background=True)],
                [Say("It runs on while I answer.")],
            ]
        ),
        # Older versions stop by themselves, some seconds after the result, what is left.
        stopped="A slow server",
        # No hook tells of their end.
        ways=("file", "run", "all"),
        before="2.1.198",
    ),
    claude(
        "stopped",
        Scene(
            [
                [call("Bash", command="sleep 100", description="An endless server", run_in_background=True)],
                [call("TaskStop", task_id="{task}")],
                [Say("I stopped the server.")],
            ],
            afterwards="I heard of its end.",
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
        since="2.1.198",
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
        "plan",
        Scene(
            [
                [Say("A plan first."), call("ExitPlanMode", plan="Paint the shop violet, then open it.")],
                [Say("The plan stands.")],
            ]
        ),
        flags=("--permission-mode", "plan"),
        needs=(Need("ExitPlanMode", "plan", "Paint the shop violet", {}, by_hooks=False),),
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
        # Hooks tell that the session is over, and of no answer.
        by_way=dict.fromkeys(("hooks", "hooks-no-id"), ("stalled", "failed")),
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
        Scene(
            [[Say("I begin."), call("Bash", command="echo once", description="Once")], [Say("Whole after all.")]],
            breaks=frozenset({1}),
        ),
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
    # A file and hooks fall silent, and nothing says why; `adwatch run` sees the signal.
    killed(signal.SIGKILL, {"run": ("failed",), "all": ("failed",)}),
    killed(signal.SIGTERM, {"run": ("failed",), "all": ("failed",)}),
    killed(signal.SIGINT, {"run": ("failed",), "all": ("failed",)}),
]
