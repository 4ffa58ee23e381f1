"""How long a call takes with the server up, slow (it accepts connections and never answers) and down: p99 must stay under 1 ms.

python3 bench.py [path of the adwatch binary, else ADWATCH_BINARY]
"""

import os
import socket
import subprocess
import sys
import tempfile

GATE_MS = 1.0
EVENTS = 10_000
#: An agent's events come in bursts; between two calls a script does something else.
PAUSE_S = 0.0002

#: Run in a process of its own, so that each case begins with nothing.
PUBLISHER = """
import sys, time
import adwatch
notifier = adwatch.Notifier("c0a43f47", agent="sdlc_planner")
kinds = [
    lambda n: notifier.send_agent_log_entry("step %d of the plan was written" % n),
    lambda n: notifier.send_tool_execution("Bash", "pre", "toolu_%d" % n, {"command": "cargo test --workspace", "timeout": 120000}),
    lambda n: notifier.send_tool_execution("Bash", "post", "toolu_%d" % n, output="running 12 tests\\n" * 100, duration_ms=812),
    lambda n: notifier.send_agent_thinking("I should look at the retry loop first, since the error comes from there. " * 10),
]
took_ms = []
for n in range(int(sys.argv[1])):
    began = time.perf_counter()
    kinds[n % len(kinds)](n)
    took_ms.append((time.perf_counter() - began) * 1000)
    time.sleep(float(sys.argv[2]))
took_ms.sort()
print(*(took_ms[int(len(took_ms) * part)] for part in (0.5, 0.9, 0.99, 0.999)), took_ms[-1])
"""


def publish(url: str, spool: str) -> "list[float]":
    here = os.path.dirname(os.path.abspath(__file__))
    environment = {**os.environ, "ADWATCH_URL": url, "ADWATCH_SPOOL": spool, "PYTHONPATH": here, "ADWATCH_DISABLED": ""}
    command = [sys.executable, "-c", PUBLISHER, str(EVENTS), str(PAUSE_S)]
    return [float(word) for word in subprocess.check_output(command, env=environment, text=True).split()]


def main() -> int:
    binary = sys.argv[1] if len(sys.argv) > 1 else os.environ["ADWATCH_BINARY"]
    with tempfile.TemporaryDirectory() as folder, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            gone = "http://127.0.0.1:%d" % nobody.getsockname()[1]
        environment = {**os.environ, "ADWATCH_LISTEN": "127.0.0.1:0", "ADWATCH_DATA": folder + "/data", "ADWATCH_LOG": "warn"}
        server = subprocess.Popen([binary, "serve"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            up = server.stdout.readline().split()[-1]
            cases = {"up": up, "slow": "http://127.0.0.1:%d" % silent.getsockname()[1], "gone": gone}
            print("%d events, one after the other; milliseconds" % EVENTS)
            print("%-8s %8s %8s %8s %8s %8s" % ("server", "p50", "p90", "p99", "p99.9", "max"))
            worst = 0.0
            for name, url in cases.items():
                figures = publish(url, os.path.join(folder, "spool-" + name))
                worst = max(worst, figures[2])
                print("%-8s %8.3f %8.3f %8.3f %8.3f %8.3f" % (name, *figures))
        finally:
            server.terminate()
            server.wait()
    print("gate: p99 under %.1f ms: %s" % (GATE_MS, "held" if worst < GATE_MS else "broken (%.3f ms)" % worst))
    return 0 if worst < GATE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
