"""Every shell script parses."""
import subprocess


def problems(tree):
    for name, shell in tree.shell_scripts().items():
        run = subprocess.run([shell, "-n", name], cwd=tree.root, capture_output=True, text=True)
        if run.returncode != 0:
            yield run.stderr.strip() or f"{name}: does not parse"
