"""A web server for tests: records every request as a JSON file, then answers as its path says.

/status/N answers N; /retry/S answers 429 with Retry-After S, /retry-date/S with the time S seconds ahead; /redirect points to /status/200; /echo answers 500 with
the request, /refuse 400; /hang takes the request and never answers; /ntfy, /ntfy-old and /ntfy-hang behave as ntfy documents (token
tk_secret), with and without sequence ids, and without an answer to what is published; services.py has the other services.
A file `fails` in the folder makes ntfy answer 503, or, where it says `half`, break off its answer to what it has published.
Prints its port, then serves until its input ends.
"""
import base64
import http.server
import json
import os
import re
import ssl
import sys
import threading
import time
import urllib.parse

import services

folder = sys.argv[1]
lock = threading.Lock()
count = 0
published = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def record(self, body):
        global count
        headers = {name.lower(): value for name, value in self.headers.items()}
        with lock:
            count += 1
            path = os.path.join(folder, "%04d.json" % count)
        with open(path + ".new", "w") as file:
            json.dump({
                "method": self.command, "path": self.path, "headers": headers,
                "body": base64.b64encode(body).decode()}, file)
        os.rename(path + ".new", path)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.record(body)
        parts = urllib.parse.urlsplit(self.path).path.strip("/").split("/")
        if services.serve(self, body):
            return
        if parts[0] == "status":
            self.answer(int(parts[1]), b"as asked")
        elif parts[0] == "retry":
            self.answer(429, b"slow down", Retry_After=parts[1])
        elif parts[0] == "retry-date":
            self.answer(429, b"slow down", Retry_After=self.date_time_string(time.time() + int(parts[1])))
        elif parts[0] == "echo":
            self.answer(500, (self.path + " " + " ".join(self.headers.values())).encode() + body)
        elif parts[0] == "refuse":
            self.answer(400, (self.path + " " + " ".join(self.headers.values())).encode() + body)
        elif parts[0] == "redirect":
            self.answer(302, Location="/status/200")
        elif parts[0].startswith("ntfy"):
            self.ntfy(parts, body)
        else:
            time.sleep(60)

    def ntfy(self, parts, body):
        trouble = None
        if os.path.exists(os.path.join(folder, "fails")):
            with open(os.path.join(folder, "fails")) as file:
                trouble = file.read()
        if trouble == "":
            return self.answer(503, b"not now")
        if self.headers.get("Authorization") != "Bearer tk_secret":
            return self.answer(403, b'{"code":40301,"http":403,"error":"forbidden"}')
        if self.command == "GET":
            since = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["since"][0]
            ids = [message["id"] for message in published]
            newer = published[ids.index(since) + 1:] if since in ids else [
                message for message in published if message["time"] >= int(since)]
            # A server forgets what is old.
            lines = [json.dumps(message) for message in newer[-50:] if message["topic"] == parts[1]]
            return self.answer(200, "\n".join(lines).encode())
        message = json.loads(body.decode())
        if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", message["topic"]) or not 1 <= message["priority"] <= 5:
            return self.answer(400, b'{"code":40009,"http":400,"error":"invalid request"}')
        if len(message["message"].encode()) > 4096:
            return self.answer(413, b'{"code":41301,"http":413,"error":"too large"}')
        reply = {"id": "id%d" % (len(published) + 1), "time": 1795000000 + len(published), "event": "message",
                 "topic": message["topic"], "message": message["message"]}
        if parts[0] != "ntfy-old" and "sequence_id" in message:
            reply["sequence_id"] = message["sequence_id"]
        published.append(reply)
        with open(os.path.join(folder, "published.log"), "a") as file:
            file.write(json.dumps(reply) + "\n")
        if parts[0] == "ntfy-hang":
            time.sleep(60)
        if trouble == "half":
            self.send_response(200)
            self.send_header("Content-Length", "400")
            self.end_headers()
            self.close_connection = True
            return self.connection.close()
        self.answer(200, json.dumps(reply).encode())

    do_GET = do_POST = do_PUT = handle_any


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
