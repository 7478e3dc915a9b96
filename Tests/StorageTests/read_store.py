"""Prints every reading of a database, by docs/storage.md alone: series, time, source, uncertainty, received, value, marks.

With `hours` behind the file's name it prints the packed hours: series, start, count, the two ends, sum; with `record`
the numbers of the record book's entries that fit the chain and their texts; with `met` the encodings and formats that
were met in the file."""
import hashlib
import json
import sqlite3
import sys
import zlib

MASK = (1 << 64) - 1
MET = set()


def signed(value):
    value &= MASK
    return value - (1 << 64) if value >> 63 else value


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def zigzag(self):
        return unzigzag(self.varint())

    def bitmap(self, count):
        data = self.take((count + 7) // 8)
        return [bool(data[i // 8] >> (i % 8) & 1) for i in range(count)]

    def column(self, count):
        encoding, body = self.byte(), Reader(self.take(self.varint()))
        MET.add(f"encoding {encoding}")
        if encoding >= 4:
            length = body.varint()
            body = Reader(zlib.decompress(body.data[body.at:], -15))
            assert len(body.data) == length, "length"
        codes = rice(body, count) if encoding in (2, 3) else runs(body, count)
        values, value, step = [], 0, 0
        for index, code in enumerate(codes):
            number = unzigzag(code)
            step = signed(step + number) if encoding % 2 and index >= 2 else number
            value = signed(value + step)
            values.append(value)
        return values


def unzigzag(code):
    return signed((code >> 1) ^ -(code & 1))


def runs(body, count):
    codes = []
    while len(codes) < count:
        code = body.varint()
        codes.append(code)
        if code == 0:
            codes += [0] * body.varint()
    return codes


def rice(body, count):
    if count == 0:
        return []
    codes = [body.varint()]
    if count == 1:
        return codes
    k = body.byte()
    bits = (byte >> i & 1 for byte in body.data[body.at:] for i in range(8))

    def read(n):
        return sum(next(bits) << i for i in range(n))

    while len(codes) < count:
        ones = 0
        while ones < 24 and next(bits):
            ones += 1
        codes.append((read(32) << 32) | read(32) if ones == 24 else ones << k | read(k))
    return codes


def checked(blob, formats):
    assert zlib.crc32(blob[:-4]) == int.from_bytes(blob[-4:], "little"), "checksum"
    reader = Reader(blob[:-4])
    format = reader.byte()
    assert format in formats, "format"
    MET.add(f"{sys._getframe(1).f_code.co_name} {format}")
    return reader


def decimal(mantissa, scale):
    digits = str(abs(mantissa)).rjust(scale + 1, "0")
    text = digits[:len(digits) - scale] + ("." + digits[len(digits) - scale:].rstrip("0") if scale else "")
    return ("-" if mantissa < 0 else "") + text.rstrip(".")


def stamps(reader, count):
    flags = reader.byte()
    times = reader.column(count)
    if flags & 1:
        sources, uncertainties = reader.column(count), reader.column(count)
    else:
        sources, uncertainties = [reader.byte()] * count, [0] * count
    received = [""] * count
    if flags & 2:
        there = [i for i, bit in enumerate(reader.bitmap(count)) if bit]
        for i, offset in zip(there, reader.column(len(there))):
            received[i] = times[i] + offset
    return list(zip(times, sources, uncertainties, received))


def journal(blob):
    reader = checked(blob, (1, 2))
    return first_journal(reader) if blob[0] == 1 else column_journal(reader)


def column_journal(reader):
    packets = reader.varint()
    reader.column(packets)
    reader.take(8 * packets)
    messages = reader.varint()
    counts = reader.column(messages)
    when = stamps(reader, messages)
    order = [(place, message) for place in range(max(counts, default=0))
             for message in range(messages) if counts[message] > place]
    steps, marks, mantissas = (reader.column(len(order)) for _ in range(3))
    found = {key: values for key, *values in zip(order, steps, marks, mantissas)}
    for message in range(messages):
        series = 0
        for place in range(counts[message]):
            step, mark, mantissa = found[place, message]
            series += step
            yield series, *when[message], decimal(mantissa, mark & 31), mark >> 5 & 1, mark >> 6 & 1


def first_journal(reader):
    for _ in range(reader.varint()):
        reader.take(10)
    series = time = 0
    for _ in range(reader.varint()):
        series, time = signed(series + reader.zigzag()), signed(time + reader.zigzag())
        marks, mantissa = reader.byte(), reader.zigzag()
        source, uncertainty, received = 1, 0, ""
        if marks >> 7:
            more = reader.byte()
            source = more & 7
            uncertainty = reader.zigzag() if more & 16 else 0
            received = time + reader.zigzag() if more & 8 else ""
        yield series, time, source, uncertainty, received, decimal(mantissa, marks & 31), marks >> 5 & 1, marks >> 6 & 1


def block(blob):
    reader = checked(blob, (1, 2))
    rows, fields = reader.varint(), reader.varint()
    when = stamps(reader, rows)
    for _ in range(fields):
        series, header = reader.varint(), reader.byte()
        there = list(range(rows)) if header & 1 else [i for i, bit in enumerate(reader.bitmap(rows)) if bit]
        if header & 2:
            scales = [reader.byte()] * len(there)
            for _ in range(6):
                reader.varint()
        else:
            scales = reader.column(len(there))
        mantissas = reader.column(len(there))
        marks = reader.column(len(there)) if header & 4 else [0] * len(there)
        for i, scale, mantissa, mark in zip(there, scales, mantissas, marks):
            yield series, *when[i], decimal(mantissa, scale), mark & 1, mark >> 1


def hours(number, blob):
    reader = checked(blob, (1,))
    marks = reader.byte()
    days, count = reader.column(reader.varint()), reader.varint()
    starts, counts, scales, lower, spans = (reader.column(count) for _ in range(5))
    excess = [] if marks & 1 else reader.column(count)
    lost = reader.column(count) if marks & 2 else [0] * count
    for i in range(count):
        least, most = decimal(lower[i], scales[i]), decimal(lower[i] + spans[i], scales[i])
        total = "" if marks & 1 or lost[i] else decimal(excess[i] + lower[i] * counts[i], scales[i])
        yield number >> 20, starts[i], counts[i], least, most, total


database = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
if sys.argv[2:] == ["hours"]:
    for number, body in database.execute("SELECT id, body FROM hour_pack ORDER BY id"):
        for hour in hours(number, body):
            print(*hour, sep=",")
    sys.exit()
if sys.argv[2:] == ["record"]:
    head = bytes(32)
    for number, body, stored in database.execute("SELECT number, body, hash FROM record ORDER BY number"):
        head = hashlib.sha256(b"log/v1" + head + len(body).to_bytes(8, "big") + body).digest()
        assert head == stored, f"entry {number}"
        texts = json.loads(body)["texts"]
        for name, salt, text in database.execute("SELECT name, salt, text FROM record_text WHERE record = ?", [number]):
            assert hashlib.sha256(b"text/v1" + salt + text.encode()).hexdigest() == texts[name], f"text of {number}"
        print(number)
    sys.exit()
stream_of = dict(database.execute("SELECT id, stream FROM series"))
sealed = dict(database.execute("SELECT id, sealed_through FROM stream"))
lines = [reading for (body,) in database.execute("SELECT body FROM block") for reading in block(body)]
for number, body in database.execute("SELECT id, body FROM journal ORDER BY id"):
    lines += [reading for reading in journal(body) if number > sealed[stream_of[reading[0]]]]
if sys.argv[2:] == ["met"]:
    for number, body in database.execute("SELECT id, body FROM hour_pack"):
        for hour in hours(number, body):
            MET.add("hours of a register" if body[1] & 1 else "hours without sums" if body[1] & 2 else "hours")
    print(*sorted(MET), sep="\n")
    sys.exit()
for line in sorted(lines, key=lambda line: (line[1], line[0])):
    print(*line, sep=",")
