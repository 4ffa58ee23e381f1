"""What opencode is made to do."""

from __future__ import annotations

from scenarios.texts import MODULE
from script import OVERLOADED, Delegate, Say, Scenario, Scene, Think, Trouble, call

SCENARIOS = [
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
