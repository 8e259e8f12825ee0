"""Faultline from Python, by ctypes: no build step. Copy this file; it needs libfaultline.so and nothing else.

    import faultline

    rules = faultline.compile(packs=["stdlib"])
    run = faultline.Run(rules)
    log = run.begin("build.log")
    run.feed(log, b"go: inconsistent vendoring ...")
    run.finish()
    for finding in run.findings():
        print(finding["rule"], finding["message"])

The library is looked for in FAULTLINE_LIBRARY, then where the system looks for libfaultline.so.1. faultline.h says what
holds of each call; errors become faultline.Error here.
"""
import ctypes
import ctypes.util
import json
import os

ABI_VERSION = 1
NO_TIME = -(1 << 63)
OK, NONE = 0, 1
BYTES, RECORDS = 0, 1
AUTO, INTERP, NATIVE, NATIVE_REQUIRED = range(4)


class Error(Exception):
    """A call failed: `status` is its name ("argument", "state", "rules" ...), the text says why."""

    def __init__(self, status, message, diagnostics=()):
        super().__init__(message)
        self.status = status
        self.diagnostics = list(diagnostics)


class _Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    def bytes(self):
        return ctypes.string_at(self.data, self.size)

    def text(self):
        return self.bytes().decode("utf-8", "replace")


class _Sized(ctypes.Structure):
    """Structs that begin with their size."""

    def __init__(self, **values):
        super().__init__(struct_size=ctypes.sizeof(type(self)), **values)


class _CompileOptions(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("now", ctypes.c_int64), ("lints", ctypes.c_int32),
                ("inline_rules", ctypes.c_int32)]


class _Diagnostic(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("level", ctypes.c_int32)] + [
        (name, _Text) for name in ("code", "name", "message", "hint", "file")] + [
        (name, ctypes.c_int64) for name in ("line", "column", "end_line", "end_column")] + [
        ("text", _Text), ("json", _Text)]


class _RunOptions(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("engine", ctypes.c_int32), ("threads", ctypes.c_int32),
                ("now", ctypes.c_int64), ("zone_offset", ctypes.c_int64), ("format", ctypes.c_char_p),
                ("wrapper", ctypes.c_char_p), ("context", ctypes.POINTER(ctypes.c_char_p)),
                ("context_size", ctypes.c_size_t), ("path_map", ctypes.POINTER(ctypes.c_char_p)),
                ("path_map_size", ctypes.c_size_t), ("max_line_bytes", ctypes.c_uint64),
                ("max_pending", ctypes.c_uint64), ("max_pending_bytes", ctypes.c_uint64),
                ("max_findings", ctypes.c_uint64)]


class _Field(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int32), ("integer", ctypes.c_int64),
                ("real", ctypes.c_double), ("text", ctypes.c_char_p), ("text_size", ctypes.c_size_t)]


class _Notice(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("what", _Text), ("where", _Text), ("message", _Text),
                ("count", ctypes.c_int64)]


def _open():
    name = os.environ.get("FAULTLINE_LIBRARY") or ctypes.util.find_library("faultline") or "libfaultline.so.1"
    library = ctypes.CDLL(name)
    pointer, number = ctypes.c_void_p, ctypes.c_int32
    size, text = ctypes.c_size_t, ctypes.c_char_p
    source, time = ctypes.c_uint32, ctypes.c_int64
    out = ctypes.POINTER(ctypes.c_void_p)
    declared = {
        "version": (text, []),
        "abi_version": (ctypes.c_uint32, []),
        "error_message": (text, []),
        "status_name": (text, [number]),
        "bytes_get": (_Text, [pointer]),
        "bytes_destroy": (None, [pointer]),
        "compiler_create": (number, [out]),
        "compiler_destroy": (None, [pointer]),
        "compiler_add_text": (number, [pointer, text, text, size]),
        "compiler_add_path": (number, [pointer, text]),
        "compiler_add_pack": (number, [pointer, text]),
        "compile": (number, [pointer, ctypes.POINTER(_CompileOptions), out]),
        "rules_destroy": (None, [pointer]),
        "rules_diagnostic_count": (size, [pointer]),
        "rules_diagnostic": (number, [pointer, size, ctypes.POINTER(_Diagnostic)]),
        "rules_save": (number, [pointer, out]),
        "rules_load": (number, [text, size, out]),
        "run_create": (number, [pointer, ctypes.POINTER(_RunOptions), out]),
        "run_destroy": (None, [pointer]),
        "run_begin_source": (number, [pointer, text, text, number, ctypes.POINTER(source)]),
        "run_feed": (number, [pointer, source, text, size]),
        "run_feed_record": (number, [pointer, source, ctypes.POINTER(_Field), size, time]),
        "run_settle": (number, [pointer, source]),
        "run_advance": (number, [pointer, source, time]),
        "run_end_source": (number, [pointer, source]),
        "run_finish": (number, [pointer]),
        "run_cancel": (None, [pointer]),
        "run_poll": (number, [pointer, out]),
        "run_diagnose": (number, [pointer, out]),
        "run_notice_count": (size, [pointer]),
        "run_notice": (number, [pointer, size, ctypes.POINTER(_Notice)]),
        "run_save": (number, [pointer, out]),
        "run_restore": (number, [pointer, ctypes.POINTER(_RunOptions), text, size, out]),
        "finding_json": (_Text, [pointer]),
        "finding_destroy": (None, [pointer]),
        "diagnoses_count": (size, [pointer]),
        "diagnoses_json": (_Text, [pointer, size]),
        "diagnoses_destroy": (None, [pointer]),
    }
    functions = {}
    for name, (result, arguments) in declared.items():
        function = getattr(library, "faultline_" + name)
        function.restype, function.argtypes = result, arguments
        functions[name] = function
    if functions["abi_version"]() != ABI_VERSION:
        raise ImportError("libfaultline of another binary interface: " + functions["version"]().decode())
    return functions


_C = _open()


def _check(status, diagnostics=()):
    if status < 0:
        raise Error(_C["status_name"](status).decode(), _C["error_message"]().decode("utf-8", "replace"), diagnostics)
    return status


def _take_bytes(handle):
    try:
        return _C["bytes_get"](handle).bytes()
    finally:
        _C["bytes_destroy"](handle)


def version():
    return _C["version"]().decode()


class Rules:
    """Compiled rules. May be shared by runs and threads."""

    def __init__(self, handle):
        self._handle = handle

    def __del__(self):
        _C["rules_destroy"](self._handle)

    def diagnostics(self):
        found = []
        for i in range(_C["rules_diagnostic_count"](self._handle)):
            diagnostic = _Diagnostic()
            _check(_C["rules_diagnostic"](self._handle, i, ctypes.byref(diagnostic)))
            found.append(json.loads(diagnostic.json.text()))
        return found

    def save(self):
        pack = ctypes.c_void_p()
        _check(_C["rules_save"](self._handle, ctypes.byref(pack)))
        return _take_bytes(pack)


def compile(texts=(), paths=(), packs=(), lints=False):
    """Rules from texts ((name, text) pairs), files and folders, and stock packs."""
    compiler, handle = ctypes.c_void_p(), ctypes.c_void_p()
    _check(_C["compiler_create"](ctypes.byref(compiler)))
    try:
        for name, text in texts:
            encoded = text.encode()
            _check(_C["compiler_add_text"](compiler, name.encode(), encoded, len(encoded)))
        for path in paths:
            _check(_C["compiler_add_path"](compiler, os.fsencode(path)))
        for pack in packs:
            _check(_C["compiler_add_pack"](compiler, pack.encode()))
        options = _CompileOptions(now=NO_TIME, lints=int(lints))
        status = _C["compile"](compiler, ctypes.byref(options), ctypes.byref(handle))
    finally:
        _C["compiler_destroy"](compiler)
    rules = Rules(handle)
    _check(status, rules.diagnostics() if status < 0 else ())
    return rules


def load(pack):
    """Rules from what Rules.save gave."""
    handle = ctypes.c_void_p()
    _check(_C["rules_load"](pack, len(pack), ctypes.byref(handle)))
    return Rules(handle)


def _field(name, value):
    field = _Field(name=name.encode())
    if isinstance(value, bool):
        field.type, field.integer = 2, int(value)
    elif isinstance(value, int):
        field.type, field.integer = 3, value
    elif isinstance(value, float):
        field.type, field.real = 4, value
    elif isinstance(value, (str, bytes)):
        field.text = value.encode() if isinstance(value, str) else value
        field.type, field.text_size = 1, len(field.text)
    elif value is not None:
        field.text = json.dumps(value).encode()
        field.type, field.text_size = 8, len(field.text)
    return field


class Run:
    """Rules at work. One thread at a time, but for cancel()."""

    def __init__(self, rules, snapshot=None, engine=AUTO, threads=1, now=NO_TIME, context=None):
        pairs = [f"{key}={value}".encode() for key, value in (context or {}).items()]
        options = _RunOptions(engine=engine, threads=threads, now=now, context_size=len(pairs),
                              context=(ctypes.c_char_p * max(1, len(pairs)))(*pairs))
        self._handle = ctypes.c_void_p()
        if snapshot is None:
            _check(_C["run_create"](rules._handle, ctypes.byref(options), ctypes.byref(self._handle)))
        else:
            _check(_C["run_restore"](rules._handle, ctypes.byref(options), snapshot, len(snapshot),
                                     ctypes.byref(self._handle)))

    def __del__(self):
        _C["run_destroy"](self._handle)

    def begin(self, path, role=None, kind=BYTES):
        source = ctypes.c_uint32()
        _check(_C["run_begin_source"](self._handle, os.fsencode(path), role.encode() if role else None, kind,
                                      ctypes.byref(source)))
        return source.value

    def feed(self, source, data):
        _check(_C["run_feed"](self._handle, source, data, len(data)))

    def feed_record(self, source, fields, time=NO_TIME):
        """A record by its fields: text, numbers, booleans, None, lists and dicts; time in nanoseconds."""
        made = (_Field * max(1, len(fields)))(*[_field(name, value) for name, value in fields.items()])
        _check(_C["run_feed_record"](self._handle, source, made, len(fields), time))

    def settle(self, source):
        _check(_C["run_settle"](self._handle, source))

    def advance(self, source, time):
        _check(_C["run_advance"](self._handle, source, time))

    def end(self, source):
        _check(_C["run_end_source"](self._handle, source))

    def finish(self):
        _check(_C["run_finish"](self._handle))

    def cancel(self):
        _C["run_cancel"](self._handle)

    def save(self):
        snapshot = ctypes.c_void_p()
        _check(_C["run_save"](self._handle, ctypes.byref(snapshot)))
        return _take_bytes(snapshot)

    def finding_lines(self):
        """The findings so far that were not asked for, as `faultline run -o json` writes them."""
        finding = ctypes.c_void_p()
        while _check(_C["run_poll"](self._handle, ctypes.byref(finding))) == OK:
            try:
                yield _C["finding_json"](finding).text()
            finally:
                _C["finding_destroy"](finding)

    def findings(self):
        return (json.loads(line) for line in self.finding_lines())

    def diagnosis_lines(self):
        diagnoses = ctypes.c_void_p()
        _check(_C["run_diagnose"](self._handle, ctypes.byref(diagnoses)))
        try:
            return [_C["diagnoses_json"](diagnoses, i).text() for i in range(_C["diagnoses_count"](diagnoses))]
        finally:
            _C["diagnoses_destroy"](diagnoses)

    def notices(self):
        found = []
        for i in range(_C["run_notice_count"](self._handle)):
            notice = _Notice()
            _check(_C["run_notice"](self._handle, i, ctypes.byref(notice)))
            found.append({"what": notice.what.text(), "where": notice.where.text(),
                          "message": notice.message.text(), "count": notice.count})
        return found
