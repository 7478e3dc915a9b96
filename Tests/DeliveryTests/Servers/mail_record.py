"""What the tests look at in a mail; as a program, prints one JSON line for each mail of a folder."""
import email
import email.policy
import json
import os
import sys


def record(content):
    message = email.message_from_bytes(content, policy=email.policy.default)
    return {
        "identity": message["Message-ID"],
        "title": str(message["Subject"]),
        "text": message.get_content(),
        "headers": [[name, str(value)] for name, value in message.items()],
        "longest_line": max(len(line.rstrip(b"\r")) for line in content.split(b"\n")),
    }


if __name__ == "__main__":
    for name in sorted(os.listdir(sys.argv[1])):
        with open(os.path.join(sys.argv[1], name), "rb") as file:
            print(json.dumps(record(file.read())))
