"""A program that takes a notice: keeps its input and environment, then ends with the code given, or never."""
import json
import os
import sys
import time

folder, behaviour = sys.argv[1], sys.argv[2]
text = sys.stdin.read()
path = os.path.join(folder, "%04d.json" % (len(os.listdir(folder)) + 1))
with open(path, "w") as file:
    json.dump({
        "input": text, "environment": dict(os.environ), "arguments": sys.argv[3:],
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))}, file)
if behaviour == "hang":
    time.sleep(60)
print("the modem says " + behaviour)
sys.exit(int(behaviour))
