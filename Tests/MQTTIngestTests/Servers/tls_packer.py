"""tls_packer.py CERTIFICATE KEY PORT: ends TLS before a plain port and packs what comes from there into few records.

Prints its own port. Whatever the plain side sends within 50 ms goes to the client in one write of up to 16,000 bytes,
so that one TLS record holds many packets: the client's socket is then no longer readable while its library still holds
most of them.
"""
import socket
import ssl
import sys
import threading
import time


def packed(plain):
    gathered = plain.recv(16000)
    end = time.monotonic() + 0.05
    while gathered and len(gathered) < 16000 and time.monotonic() < end:
        plain.settimeout(0.01)
        try:
            more = plain.recv(16000 - len(gathered))
        except TimeoutError:
            continue
        if not more:
            break
        gathered += more
    plain.settimeout(None)
    return gathered


def to_client(plain, client):
    try:
        while block := packed(plain):
            client.sendall(block)
    except OSError:
        pass
    client.close()


def serve(raw, context, port):
    try:
        client = context.wrap_socket(raw, server_side=True)
        plain = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=to_client, args=(plain, client), daemon=True).start()
        while block := client.recv(16000):
            plain.sendall(block)
        plain.close()
    except OSError:
        raw.close()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    raw, _ = listener.accept()
    threading.Thread(target=serve, args=(raw, context, int(sys.argv[3])), daemon=True).start()
