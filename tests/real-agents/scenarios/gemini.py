"""What Gemini CLI is made to do."""

from __future__ import annotations

from scenarios.texts import MODULE
from script import Say, Scenario, Scene, Think, Trouble, call

SCENARIOS = [
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
