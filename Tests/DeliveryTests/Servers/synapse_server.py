"""A real Matrix homeserver (Synapse) for tests, in the folder given, with an open room of two people.

Becomes the homeserver itself, so that whoever started it ends it; a helper makes accounts and the room, prints one JSON
line with port, room and tokens, and ends.
"""
import json
import os
import socket
import sys
import time
import urllib.parse
import urllib.request

folder = sys.argv[1]
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]

with open(os.path.join(folder, "log.yaml"), "w") as file:
    file.write("version: 1\nroot: {level: ERROR, handlers: []}\ndisable_existing_loggers: false\n")
rate = "{per_second: 10000, burst_count: 10000}"
with open(os.path.join(folder, "homeserver.yaml"), "w") as file:
    file.write(f"""
server_name: localhost
listeners: [{{port: {port}, bind_addresses: [127.0.0.1], type: http, tls: false, resources: [{{names: [client]}}]}}]
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
log_config: {folder}/log.yaml
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
trusted_key_servers: []
report_stats: false
macaroon_secret_key: test
form_secret: test
enable_registration: true
enable_registration_without_verification: true
rc_message: {rate}
rc_registration: {rate}
rc_login: {{address: {rate}, account: {rate}}}
""")


def ask(method, path, body=None, token=None):
    headers = {"Authorization": "Bearer " + token} if token else {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_matrix/client/{path}", data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def prepare():
    end = time.monotonic() + 60
    while True:
        try:
            ask("GET", "versions")
            break
        except OSError:
            if time.monotonic() > end:
                os._exit(1)
            time.sleep(0.1)
    tokens = {}
    for name in ["gateway", "rosa"]:
        body = {"username": name, "password": "long-enough-" + name, "auth": {"type": "m.login.dummy"}}
        tokens[name] = ask("POST", "v3/register", body, None)["access_token"]
    room = ask("POST", "v3/createRoom", {"preset": "public_chat"}, tokens["gateway"])["room_id"]
    ask("POST", "v3/join/" + urllib.parse.quote(room), {}, tokens["rosa"])
    print(json.dumps({"port": port, "room": room, "tokens": tokens}), flush=True)
    os._exit(0)


home = [sys.executable, "-m", "synapse.app.homeserver", "--config-path", os.path.join(folder, "homeserver.yaml")]
os.spawnv(os.P_WAIT, sys.executable, home + ["--generate-keys"])
if os.fork() == 0:
    prepare()
os.execv(sys.executable, home)
