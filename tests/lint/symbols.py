"""The symbols of objects and programs, as nm tells them."""
import subprocess


def nm(path, *options):
    listing = subprocess.run(["nm", "--format=posix", *options, path], capture_output=True, text=True, check=True)
    return {line.split()[0] for line in listing.stdout.splitlines() if line and not line.endswith(":")}


def is_static_musl(program):
    return "libc_start_main_stage2" in nm(program)
