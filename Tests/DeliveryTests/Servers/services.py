"""The services that destinations speak to, as their documentation describes them; each keeps what it takes.

The first part of the path names the service and, after a dash, how it fails once it has taken a message: `-hang` never
answers, `-garbage` answers 200 with something else, `-half` breaks off in the middle of its answer.
"""
import base64
import html
import json
import re
import time
import urllib.parse

gotify = []
apprise = []
talk = []
topics = []
loomio = []
matrix = []
transactions = {}
room = "!room:example.org"
said = []


def answer_json(handler, status, value, mode="", **headers):
    body = json.dumps(value).encode()
    if mode == "hang":
        time.sleep(60)
    if mode == "garbage":
        return handler.answer(200, b"<html>please log in \xff</html>")
    if mode == "half":
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:len(body) // 2])
        handler.wfile.flush()
        handler.close_connection = True
        return handler.connection.close()
    handler.answer(status, body, Content_Type="application/json", **headers)


def serve_gotify(handler, mode, parts, query, body):
    """gotify.net/api-docs, POST /message."""
    if handler.headers.get("X-Gotify-Key") != "A_token":
        return answer_json(handler, 401, {"error": "Unauthorized", "errorCode": 401})
    message = json.loads(body)
    if parts != ["message"] or not message.get("message") or not 0 <= message["priority"] <= 10:
        return answer_json(handler, 400, {"error": "Bad Request", "errorCode": 400})
    gotify.append(message)
    answer_json(handler, 200, message | {"id": len(gotify), "appid": 1}, mode)


def serve_apprise(handler, mode, parts, query, body):
    """POST /notify/KEY as Apprise API answers it (github.com/caronc/apprise-api), sent on by the Apprise library itself.

    The server is in no package index; the library, which does what the server is for, is Debian's. Its targets are
    this very server: one that takes what it gets, and one that always fails.
    """
    if parts[0] == "target":
        apprise.append(json.loads(body))
        return handler.answer(200)
    if handler.command != "POST":
        return answer_json(handler, 405, {"error": "Method not allowed"})
    if parts[0] != "notify" or len(parts) != 2:
        return handler.answer(404)
    # The library takes a second to load, and most tests do without.
    import apprise as library
    try:
        message = json.loads(body)
    except ValueError:
        return answer_json(handler, 400, {"error": "Invalid JSON Payload provided"})
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", parts[1]):
        return answer_json(handler, 404, {"error": "not a key"})
    if message.get("tag") and not re.fullmatch(r"[a-zA-Z0-9 ,|_-]+", message["tag"]):
        return answer_json(handler, 400, {"error": "Unsupported characters found in tag definition"})
    if not message.get("body") or message.get("type", "info") not in library.NOTIFY_TYPES:
        return answer_json(handler, 400, {"error": "Payload lacks minimum requirements"})
    if message.get("format", "text") not in library.NOTIFY_FORMATS:
        return answer_json(handler, 400, {"error": "An invalid body input format was specified"})
    if parts[1] != "village":
        return handler.answer(204)
    here = "json://127.0.0.1:%d/" % handler.server.server_address[1]
    targets = library.Apprise(asset=library.AppriseAsset(body_format=message.get("format", "text")))
    for tag, path in [("rosa", "apprise/target"), ("ben", "apprise/target"), ("broken", "status/500")]:
        targets.add(here + path, tag=tag)
    sent = targets.notify(
        body=message["body"], title=message.get("title", ""), notify_type=message.get("type", "info"),
        tag=message.get("tag"))
    # False where one failed, None where no target has the tag.
    if not sent:
        return answer_json(handler, 424, {"error": "One or more notification could not be sent", "details": []}, mode)
    answer_json(handler, 200, {"error": None, "details": []}, mode)


def serve_talk(handler, mode, parts, query, body):
    """nextcloud-talk.readthedocs.io/en/latest/chat."""
    expected = "Basic " + base64.b64encode(b"gateway:app-password").decode()
    if handler.headers.get("OCS-APIRequest") != "true" or handler.headers.get("Authorization") != expected:
        return answer_json(handler, 401, {"ocs": {"meta": {"statuscode": 997}, "data": []}})
    if parts[:-1] != "ocs v2.php apps spreed api v1 chat".split():
        return handler.answer(404)
    if parts[-1] == "lobby1":
        return answer_json(handler, 412, {"ocs": {"data": []}})
    if parts[-1] != "x7ab2kcd":
        return answer_json(handler, 404, {"ocs": {"data": []}})
    if handler.command == "GET":
        messages = talk[::-1][:int(query["limit"])]
        return answer_json(handler, 200, {"ocs": {"data": messages}}) if messages else handler.answer(304)
    message = json.loads(body)
    if len(message["message"]) > 32000:
        return answer_json(handler, 413, {"ocs": {"data": []}})
    if not re.fullmatch("[0-9a-f]{64}", message["referenceId"]):
        return answer_json(handler, 400, {"ocs": {"data": []}})
    talk.append(message | {"id": len(talk) + 1})
    answer_json(handler, 201, {"ocs": {"data": talk[-1]}}, mode)


def serve_discourse(handler, mode, parts, query, body):
    """docs.discourse.org: POST /posts.json; /t/external_id/ID.json redirects to the topic."""
    if handler.headers.get("Api-Key") != "discourse-key" or handler.headers.get("Api-Username") != "gateway":
        return answer_json(handler, 403, {"errors": ["You are not permitted"], "error_type": "invalid_access"})
    if handler.command == "GET" and parts[:2] == ["t", "external_id"]:
        for number, topic in enumerate(topics, 1):
            if topic["external_id"].lower() == parts[2].removesuffix(".json").lower():
                return handler.answer(301, Location="https://elsewhere.example.org/t/some-slug/%d.json" % number)
        return answer_json(handler, 404, {"errors": ["not found"], "error_type": "not_found"})
    if handler.command == "GET" and parts[0] == "t":
        topic = topics[int(parts[1].removesuffix(".json")) - 1]
        return answer_json(handler, 200, {
            "id": topics.index(topic) + 1, "title": topic["title"],
            "post_stream": {"posts": [
                {"id": number, "cooked": "<p>%s</p>" % html.escape(raw)} for number, raw in topic["posts"]]}})
    message = json.loads(body)
    if len(message["raw"]) < 20:
        return answer_json(handler, 422, {"errors": ["Body is too short"]})
    post = sum(len(topic["posts"]) for topic in topics) + 1
    if "topic_id" in message:
        topic = topics[message["topic_id"] - 1]
        topic["posts"].append((post, message["raw"]))
    else:
        if not 15 <= len(message["title"]) <= 255:
            return answer_json(handler, 422, {"errors": ["Title is too short or too long"]})
        if message["title"] in [topic["title"] for topic in topics]:
            return answer_json(handler, 422, {"errors": ["Title has already been used"]})
        if not re.fullmatch(r"[\w-]{1,50}", message["external_id"]):
            return answer_json(handler, 422, {"errors": ["External id is invalid"]})
        if message["external_id"].lower() in [topic["external_id"].lower() for topic in topics]:
            return answer_json(handler, 422, {"errors": ["External id has already been taken"]})
        topic = message | {"posts": [(post, message["raw"])]}
        topics.append(topic)
    answer_json(handler, 200, {"id": post, "topic_id": topics.index(topic) + 1, "topic_slug": "s"}, mode)


def serve_loomio(handler, mode, parts, query, body):
    """Loomio's API b2; an older installation (`-old`) takes the key in the body only."""
    message = json.loads(body) if body else {}
    bearer = handler.headers.get("Authorization", "").removeprefix("Bearer ")
    shown = message.get("api_key") if mode == "old" else bearer
    if shown != "loomio-key" or "api_key" in query:
        return answer_json(handler, 403, {"error": "access denied"})
    if parts != "api b2 discussions".split():
        return handler.answer(404)
    if handler.command == "GET":
        found = [one for one in loomio if str(one["group_id"]) == query["group_id"]]
        latest = found[::-1][:int(query["limit"])]
        return answer_json(handler, 200, {"discussions": latest, "meta": {"total": len(found)}})
    if not message.get("title") or message.get("description_format") not in ["md", "html"]:
        return answer_json(handler, 422, {"errors": {"title": ["can't be blank"]}})
    loomio.append(message | {"id": len(loomio) + 1})
    answer_json(handler, 200, {"discussions": [loomio[-1]]}, mode)


def serve_matrix(handler, mode, parts, query, body):
    """The client-server API of the Matrix specification: sending, /sync with a filter, and /messages backwards.

    Of `matrix-shut` nobody may read back, `matrix-busy` cannot tell now.
    """
    if handler.headers.get("Authorization") != "Bearer syt_token":
        return answer_json(handler, 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token"})
    if parts[:3] != "_matrix client v3".split():
        return handler.answer(404)
    if handler.command == "GET" and parts[3] == "sync":
        wanted = json.loads(query["filter"])["room"]
        since = int(query["since"][1:]) if "since" in query else 0
        begin = max(since, len(said) - wanted["timeline"]["limit"])
        events = said[begin:] if room in wanted["rooms"] else []
        timeline = {"events": events, "limited": begin > since, "prev_batch": "s%d" % begin}
        answer = {"next_batch": "s%d" % len(said), "rooms": {"join": {room: {"timeline": timeline}}}}
        return answer_json(handler, 200, answer)
    if handler.command == "GET" and parts[3] == "rooms" and parts[5:] == ["messages"]:
        if mode in ["shut", "busy"]:
            return answer_json(handler, 403 if mode == "shut" else 502, {"errcode": "M_FORBIDDEN", "error": "no"})
        end, limit = int(query["from"][1:]), int(query["limit"])
        begin = max(int(query["to"][1:]), end - limit)
        if urllib.parse.unquote(parts[4]) != room or query["dir"] != "b" or "m.room.message" not in query["filter"]:
            return answer_json(handler, 400, {"errcode": "M_INVALID_PARAM", "error": "not as documented"})
        page = {"chunk": said[begin:end][::-1], "start": query["from"]}
        # Where there is no more, `end` is left out.
        if begin > int(query["to"][1:]):
            page["end"] = "s%d" % begin
        return answer_json(handler, 200, page)
    # Whoever is in the room speaks through here.
    if parts[3] == "say":
        said.extend(json.loads(body))
        return answer_json(handler, 200, {})
    if handler.command != "PUT" or parts[3] != "rooms" or parts[5:7] != ["send", "m.room.message"]:
        return handler.answer(404)
    if urllib.parse.unquote(parts[4]) != room:
        return answer_json(handler, 403, {"errcode": "M_FORBIDDEN", "error": "not in the room"})
    if mode == "limit":
        return answer_json(handler, 429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500})
    message = json.loads(body)
    # The same transaction is the same event; one that was refused is none.
    if parts[7] in transactions:
        return answer_json(handler, 200, {"event_id": transactions[parts[7]]}, mode)
    event = "$event%d" % (len(transactions) + 1)
    relation = message.get("m.relates_to")
    if relation:
        shown = [one for one in matrix if one["event"] == relation["event_id"]]
        if relation["rel_type"] != "m.replace" or not shown:
            return answer_json(handler, 400, {"errcode": "M_UNKNOWN", "error": "Can't send relation to unknown event"})
        new = message["m.new_content"]
        if "m.relates_to" in new or new["msgtype"] != message["msgtype"] or message["body"] != "* " + new["body"]:
            return answer_json(handler, 400, {"errcode": "M_BAD_JSON", "error": "not an edit"})
        # Who looks into the room sees the new text in the old place.
        shown[0].update(new)
        shown[0]["edits"] += 1
    else:
        matrix.append(message | {"txn": parts[7], "event": event, "edits": 0})
    transactions[parts[7]] = event
    answer_json(handler, 200, {"event_id": event}, mode)


services = {
    "gotify": serve_gotify, "apprise": serve_apprise, "talk": serve_talk, "discourse": serve_discourse,
    "loomio": serve_loomio, "matrix": serve_matrix}
kept = {"gotify": gotify, "apprise": apprise, "talk": talk, "discourse": topics, "loomio": loomio, "matrix": matrix}


def serve(handler, body):
    """True where the path names a service; GET /kept/NAME tells what it has."""
    url = urllib.parse.urlsplit(handler.path)
    parts = url.path.strip("/").split("/")
    query = {name: values[-1] for name, values in urllib.parse.parse_qs(url.query).items()}
    if parts[0] == "kept":
        handler.answer(200, json.dumps(kept[parts[1]]).encode())
        return True
    name, _, mode = parts[0].partition("-")
    if name not in services:
        return False
    services[name](handler, mode, parts[1:], query, body)
    return True
