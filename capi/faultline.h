/* Faultline from C: rules over logs, inside another program.
 *
 *   faultline_compiler *compiler;
 *   faultline_rules *rules;
 *   faultline_run *run;
 *   faultline_finding *finding;
 *   uint32_t log;
 *
 *   faultline_compiler_create(&compiler);
 *   faultline_compiler_add_pack(compiler, "stdlib");
 *   if (faultline_compile(compiler, NULL, &rules) != FAULTLINE_OK) ...
 *   faultline_run_create(rules, NULL, &run);
 *   faultline_run_begin_source(run, "build.log", NULL, FAULTLINE_SOURCE_BYTES, &log);
 *   while (...) faultline_run_feed(run, log, bytes, size);
 *   faultline_run_finish(run);
 *   while (faultline_run_poll(run, &finding) == FAULTLINE_OK) {
 *     puts(faultline_finding_json(finding).data);
 *     faultline_finding_destroy(finding);
 *   }
 *
 * What holds everywhere, unless a function says otherwise:
 *
 * Errors. A function that can fail returns a status: FAULTLINE_OK, FAULTLINE_NONE where there is nothing to
 * give, or an error, which is negative. faultline_error_message() says in words what went wrong. After an
 * error other than FAULTLINE_ERROR_INTERNAL and FAULTLINE_ERROR_MEMORY the handle is as it was before. What a
 * function gives through a pointer is set to NULL or 0 when it fails. No exception and no signal crosses this
 * interface, nothing is printed, nothing ends the process.
 *
 * Ownership. A handle belongs to whom it was given, until its _destroy, which takes NULL. Handles keep what
 * they need: rules may be destroyed while runs of them are at work, a run before its findings. Text that a
 * function takes is copied before it returns. Text that it gives (faultline_text) belongs to the handle it
 * was asked of, and lives as long.
 *
 * Text. UTF-8 as far as the log was; it may hold zero bytes, and one stands behind its end.
 *
 * Threads. Different handles may be used on different threads. faultline_rules, findings, diagnoses and bytes
 * do not change and may be shared by threads; a compiler, a run and a splitter are used by one thread at a
 * time. Only faultline_run_cancel may be called while another call is at work.
 *
 * Times. Nanoseconds since 1970-01-01 UTC. FAULTLINE_NO_TIME: none.
 *
 * Options. Structs begin with struct_size, which the _init functions fill in. A library that is newer than
 * the program takes the fields that the program knows; a program that is newer than the library is refused
 * where it sets a field that the library does not know.
 *
 * Versions. FAULTLINE_ABI_VERSION goes up when a program would have to be compiled anew; it is the number in
 * libfaultline.so.N. Functions, and fields at the ends of structs, may be added without that.
 *
 * docs/c-interface.md shows how to embed it, and how a stream engine spreads rules over machines.
 */
#ifndef FAULTLINE_H_
#define FAULTLINE_H_

#include <stddef.h>
#include <stdint.h>

#define FAULTLINE_VERSION_MAJOR 0
#define FAULTLINE_VERSION_MINOR 1
#define FAULTLINE_VERSION_PATCH 0
#define FAULTLINE_ABI_VERSION 1

#if defined(FAULTLINE_BUILDS_LIBRARY)
#define FAULTLINE_API __attribute__((visibility("default")))
#else
#define FAULTLINE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- the library */

/* "0.1.0": of the library that runs, which may be another one than the header is of. Never fails. */
FAULTLINE_API const char* faultline_version(void);

/* FAULTLINE_ABI_VERSION of the library that runs. A program that opens it by name compares. Never fails. */
FAULTLINE_API uint32_t faultline_abi_version(void);

typedef int32_t faultline_status;
enum {
  FAULTLINE_OK = 0,
  FAULTLINE_NONE = 1,            /* nothing there: no further finding */
  FAULTLINE_ERROR_ARGUMENT = -1, /* NULL, a number out of range, a name that does not exist */
  FAULTLINE_ERROR_STATE = -2,    /* not now: fed behind the end, for example */
  FAULTLINE_ERROR_RULES = -3,    /* the rules do not compile: see their diagnostics */
  FAULTLINE_ERROR_FORMAT = -4,   /* bytes that are no snapshot, rules or events of this library, or damaged */
  FAULTLINE_ERROR_VERSION = -5,  /* of another version: of the library, or of the rules they were made with */
  FAULTLINE_ERROR_FULL = -6,     /* findings wait to be polled; nothing was taken, call again */
  FAULTLINE_ERROR_CANCELLED = -7, /* faultline_run_cancel was called */
  FAULTLINE_ERROR_FILE = -8,      /* a file of rules could not be read */
  FAULTLINE_ERROR_NATIVE = -9,    /* native code was required and is not to be had */
  FAULTLINE_ERROR_MEMORY = -10,   /* out of memory; the handle may only be destroyed */
  FAULTLINE_ERROR_INTERNAL = -11  /* a fault of ours; the handle may only be destroyed */
};

/* What the last function that failed on this thread says, for people; "" where none has. Valid until the next
 * call on this thread. Never NULL. */
FAULTLINE_API const char* faultline_error_message(void);

/* "ok", "none", "argument" ...; "unknown" for any other number. Never NULL. */
FAULTLINE_API const char* faultline_status_name(faultline_status status);

/* `size` bytes and a zero byte behind them. Of something that is not there: data "", size 0. */
typedef struct faultline_text {
  const char* data;
  size_t size;
} faultline_text;

#define FAULTLINE_NO_TIME INT64_MIN

/* Bytes that a function made: a snapshot, compiled rules, events. */
typedef struct faultline_bytes faultline_bytes;

/* They live as long as the handle. NULL: empty text. */
FAULTLINE_API faultline_text faultline_bytes_get(const faultline_bytes* bytes);
/* Does nothing for NULL, like every _destroy. */
FAULTLINE_API void faultline_bytes_destroy(faultline_bytes* bytes);

/* ---------------------------------------------------------------- rules */

typedef enum faultline_severity {
  FAULTLINE_NOTE = 0,
  FAULTLINE_WARNING = 1,
  FAULTLINE_ERROR = 2,
  FAULTLINE_CRITICAL = 3
} faultline_severity;

/* Gathers the texts of rules. */
typedef struct faultline_compiler faultline_compiler;
/* Compiled rules; never change. */
typedef struct faultline_rules faultline_rules;

/* An empty compiler, which is the caller's. */
FAULTLINE_API faultline_status faultline_compiler_create(faultline_compiler** compiler);
/* Rules that it made live on. */
FAULTLINE_API void faultline_compiler_destroy(faultline_compiler* compiler);

/* A rule file by its text; settings (`override`, `disable`, `allow`, `param`) are rule text too. `name` is
 * what diagnostics show as the file, and tables that the text names are looked for beside it. Up to 16 MiB.
 */
FAULTLINE_API faultline_status faultline_compiler_add_text(faultline_compiler* compiler, const char* name,
                                                           const char* text, size_t size);

/* A file, or all *.fault files below a folder, in the order of their names. FAULTLINE_ERROR_FILE: one could
 * not be read, or the folder has none, and nothing was added. */
FAULTLINE_API faultline_status faultline_compiler_add_path(faultline_compiler* compiler, const char* path);

/* Stock rules, which are part of the library: "stdlib" all of them, "go" those of one pack and what they
 * use. Stock formats and wrappers are in force without it. FAULTLINE_ERROR_ARGUMENT: there is no pack of this
 * name. */
FAULTLINE_API faultline_status faultline_compiler_add_pack(faultline_compiler* compiler, const char* name);

/* A table that rules name as `path`, in place of a file. */
FAULTLINE_API faultline_status faultline_compiler_add_table(faultline_compiler* compiler, const char* path,
                                                            const char* text, size_t size);

typedef struct faultline_compile_options {
  size_t struct_size;
  int64_t now;          /* what ran out before it has no effect; FAULTLINE_NO_TIME: the clock */
  int32_t lints;        /* not 0: warnings about doubtful places, too */
  int32_t inline_rules; /* not 0: the last text is a rule without a head, as in `run -e 'match "..."'` */
} faultline_compile_options;

/* The defaults; does nothing for NULL. */
FAULTLINE_API void faultline_compile_options_init(faultline_compile_options* options);

/* Compiles what was added; `options` may be NULL. The compiler may go on to be used. With
 * FAULTLINE_ERROR_RULES there are rules, too, which hold the diagnostics and cannot be run: they want their
 * _destroy. Time grows with the text; the stock rules take about a second. */
FAULTLINE_API faultline_status faultline_compile(faultline_compiler* compiler,
                                                 const faultline_compile_options* options,
                                                 faultline_rules** rules);
/* Runs and findings of the rules live on. */
FAULTLINE_API void faultline_rules_destroy(faultline_rules* rules);

typedef enum faultline_level {
  FAULTLINE_DIAGNOSTIC_ERROR = 0,
  FAULTLINE_DIAGNOSTIC_WARNING = 1,
  FAULTLINE_DIAGNOSTIC_NOTE = 2
} faultline_level;

/* What the compiler has to say about one place. */
typedef struct faultline_diagnostic {
  size_t struct_size;
  int32_t level;          /* faultline_level */
  faultline_text code;    /* "FL0217" */
  faultline_text name;    /* "window_without_unit" */
  faultline_text message; /* one line */
  faultline_text hint;    /* the first help; may be empty */
  faultline_text file;    /* as it was added; empty where there is no place */
  int64_t line, column;   /* from 1, columns in bytes; 0: no place */
  int64_t end_line, end_column;
  faultline_text text; /* as a terminal shows it, with the lines it is about; ends with a newline */
  faultline_text json; /* one object, as of `faultline check --format json` */
} faultline_diagnostic;

/* 0 for NULL. */
FAULTLINE_API size_t faultline_rules_diagnostic_count(const faultline_rules* rules);
/* By file and place. Set diagnostic->struct_size before. */
FAULTLINE_API faultline_status faultline_rules_diagnostic(const faultline_rules* rules, size_t index,
                                                          faultline_diagnostic* diagnostic);

/* How the events of a rule find their way to the place that keeps its state; see "spread over machines". */
typedef enum faultline_route {
  FAULTLINE_ROUTE_SOURCE = 0, /* each source by itself */
  FAULTLINE_ROUTE_KEY = 1,    /* each value of `by` by itself */
  FAULTLINE_ROUTE_ONE = 2     /* all to one place: what belongs together cannot be told from one event */
} faultline_route;

typedef struct faultline_rule_info {
  size_t struct_size;
  faultline_text name; /* "go.modules.checksum_mismatch" */
  faultline_text doc;  /* may be empty */
  int32_t severity;    /* faultline_severity */
  int32_t is_event;    /* not 0: a building block, never a finding */
  int32_t route;       /* faultline_route */
  uint32_t group;      /* rules of one group share state, so their events go the same way */
} faultline_rule_info;

/* Rules and events that were compiled; 0 for NULL and for rules that did not compile. */
FAULTLINE_API size_t faultline_rules_count(const faultline_rules* rules);
/* In an order in which a rule comes after those it reads. Set info->struct_size before. */
FAULTLINE_API faultline_status faultline_rules_get(const faultline_rules* rules, size_t index,
                                                   faultline_rule_info* info);

/* A compiled pack: what faultline_rules_load reads on any machine without compiling, byte for byte the same
 * for the same rules. */
FAULTLINE_API faultline_status faultline_rules_save(const faultline_rules* rules, faultline_bytes** pack);

/* FAULTLINE_ERROR_FORMAT: damaged, or no pack. FAULTLINE_ERROR_VERSION: of another version. What is loaded is
 * checked as a whole, so a pack may come from anywhere. */
FAULTLINE_API faultline_status faultline_rules_load(const void* data, size_t size, faultline_rules** rules);

/* ---------------------------------------------------------------- runs */

/* Rules at work over one or several sources. */
typedef struct faultline_run faultline_run;

typedef enum faultline_engine {
  FAULTLINE_ENGINE_AUTO = 0,   /* the interpreter, native code as soon as it is ready and pays */
  FAULTLINE_ENGINE_INTERP = 1, /* the interpreter; opens no further library */
  FAULTLINE_ENGINE_NATIVE = 2, /* native code before the first record; the interpreter where there is none */
  FAULTLINE_ENGINE_NATIVE_REQUIRED = 3 /* the same, else FAULTLINE_ERROR_NATIVE */
} faultline_engine;

typedef struct faultline_run_options {
  size_t struct_size;
  int32_t engine;             /* faultline_engine: all give the same findings */
  int32_t threads;            /* workers of phase 1; 0 or 1: none, all on the caller's thread */
  int64_t now;                /* FAULTLINE_NO_TIME: the clock when the run begins */
  int64_t zone_offset;        /* seconds east of UTC, for times without a zone */
  const char* format;         /* every record is taken as of this format; NULL: by each line */
  const char* wrapper;        /* outermost first, "a,b"; "none"; NULL: found by looking at the source */
  const char* const* context; /* context_size texts "job=build" ...: keys of the run */
  size_t context_size;
  const char* const* path_map; /* path_map_size texts "FROM=TO" for places in sources */
  size_t path_map_size;
  uint64_t max_line_bytes;    /* what is longer is cut; 0: 1 MiB */
  uint64_t max_pending;       /* waiting matches of a rule; 0: 10,000. The oldest gives way, and is counted */
  uint64_t max_pending_bytes; /* of all of them; 0: 64 MiB */
  uint64_t max_findings;      /* that wait to be polled, before FAULTLINE_ERROR_FULL; 0: 100,000 */
} faultline_run_options;

/* The defaults; does nothing for NULL. */
FAULTLINE_API void faultline_run_options_init(faultline_run_options* options);

/* `options` may be NULL. A run has no history and no learned shapes: `last 7d` and `novel` are missing in it.
 */
FAULTLINE_API faultline_status faultline_run_create(const faultline_rules* rules,
                                                    const faultline_run_options* options,
                                                    faultline_run** run);
/* Waits for the run's own threads. Findings that were not polled are gone. */
FAULTLINE_API void faultline_run_destroy(faultline_run* run);

typedef enum faultline_source_kind {
  FAULTLINE_SOURCE_BYTES = 0,  /* faultline_run_feed */
  FAULTLINE_SOURCE_RECORDS = 1 /* faultline_run_feed_record */
} faultline_source_kind;

/* A log begins. `path` is what findings show as the file; `role` as in `--input ROLE=FILE`, NULL: none.
 * Sources are numbered from 0 as they begin, and no number is used again. Roles are to be begun before what
 * needs them. */
FAULTLINE_API faultline_status faultline_run_begin_source(faultline_run* run, const char* path,
                                                          const char* role, int32_t kind, uint32_t* source);

/* The next bytes of the source, cut anywhere; they are used before the function returns. A line is looked at
 * when its newline has come; which wrappers a source has is decided by its first 1000 lines or 256 KiB, so
 * findings of such a source come later (faultline_run_settle decides at once). Bytes are text: not
 * decompressed; UTF-16 is not decoded. FAULTLINE_ERROR_FULL: poll, and feed the same bytes again. */
FAULTLINE_API faultline_status faultline_run_feed(faultline_run* run, uint32_t source, const void* data,
                                                  size_t size);

typedef enum faultline_type {
  FAULTLINE_TYPE_NULL = 0,     /* missing */
  FAULTLINE_TYPE_TEXT = 1,     /* text */
  FAULTLINE_TYPE_BOOL = 2,     /* integer: 0 or not */
  FAULTLINE_TYPE_INT = 3,      /* integer */
  FAULTLINE_TYPE_FLOAT = 4,    /* real; what is not finite is missing */
  FAULTLINE_TYPE_TIME = 5,     /* integer: nanoseconds since 1970 UTC */
  FAULTLINE_TYPE_DURATION = 6, /* integer: nanoseconds */
  FAULTLINE_TYPE_BYTES = 7,    /* integer: a size in bytes */
  FAULTLINE_TYPE_JSON = 8      /* text: any JSON value, a list or an object for example */
} faultline_type;

typedef struct faultline_field {
  const char* name; /* zero-terminated */
  int32_t type;     /* faultline_type */
  int64_t integer;
  double real;
  const char* text; /* text_size bytes */
  size_t text_size;
} faultline_field;

/* One record of a source of records: what a line with this JSON object would be, one line to a record.
 * Formats of kind `json` fit it by their fields. Of equal names the last counts. `time` is the record's time
 * where its format has no time field of its own; FAULTLINE_NO_TIME: that of the record before. */
FAULTLINE_API faultline_status faultline_run_feed_record(faultline_run* run, uint32_t source,
                                                         const faultline_field* fields, size_t count,
                                                         int64_t time);

/* Nothing has come for a while: open blocks of several lines and JSON documents end, and wrappers are decided
 * by what there is. */
FAULTLINE_API faultline_status faultline_run_settle(faultline_run* run, uint32_t source);

/* Nothing comes from the source, and by its clock it is `time` now: windows that end before are over, so
 * absences are decided. What comes later with an earlier time is late. Before the source's first time it has
 * no effect. */
FAULTLINE_API faultline_status faultline_run_advance(faultline_run* run, uint32_t source, int64_t time);

/* Nothing has come for so long (ten minutes in `run --follow`) that scopes of the source end. */
FAULTLINE_API faultline_status faultline_run_end_scopes(faultline_run* run, uint32_t source);

/* The source is over: its last line needs no newline, and what waits in it is decided. */
FAULTLINE_API faultline_status faultline_run_end_source(faultline_run* run, uint32_t source);

/* All sources are over, and the run is: what waits is decided. Only polls, questions and destroy come behind
 * it. After faultline_run_cancel absences stay undecided, and are counted. */
FAULTLINE_API faultline_status faultline_run_finish(faultline_run* run);

/* Feeding stops as soon as it can, with FAULTLINE_ERROR_CANCELLED, now and later. From any thread, also from
 * a signal handler. The run may be asked and finished. */
FAULTLINE_API void faultline_run_cancel(faultline_run* run);

/* How many bytes of the source were taken: where to go on behind a restore. */
FAULTLINE_API faultline_status faultline_run_position(const faultline_run* run, uint32_t source,
                                                      uint64_t* position);

/* ---------------------------------------------------------------- what was found */

typedef struct faultline_finding faultline_finding;

/* The next finding, in the order in which they were decided; FAULTLINE_NONE: none waits. */
FAULTLINE_API faultline_status faultline_run_poll(faultline_run* run, faultline_finding** finding);
FAULTLINE_API void faultline_finding_destroy(faultline_finding* finding);

/* Of NULL: empty text, 0. */
/* The object that `faultline run -o json` writes, byte for byte, without the newline. */
FAULTLINE_API faultline_text faultline_finding_json(const faultline_finding* finding);
FAULTLINE_API faultline_text faultline_finding_rule(const faultline_finding* finding);
/* Stable: of the same trouble the same in tomorrow's log. */
FAULTLINE_API faultline_text faultline_finding_id(const faultline_finding* finding);
FAULTLINE_API faultline_text faultline_finding_message(const faultline_finding* finding);
/* A command to mend it; may be empty. */
FAULTLINE_API faultline_text faultline_finding_fix(const faultline_finding* finding);
FAULTLINE_API int32_t faultline_finding_severity(const faultline_finding* finding);
/* The place in the log: from 1, columns in bytes; the offset from 0. */
FAULTLINE_API faultline_text faultline_finding_file(const faultline_finding* finding);
FAULTLINE_API int64_t faultline_finding_line(const faultline_finding* finding);
FAULTLINE_API int64_t faultline_finding_column(const faultline_finding* finding);
FAULTLINE_API int64_t faultline_finding_end_line(const faultline_finding* finding);
FAULTLINE_API int64_t faultline_finding_offset(const faultline_finding* finding);
/* The place in the user's sources; empty and 0 where it is not known. */
FAULTLINE_API faultline_text faultline_finding_source_file(const faultline_finding* finding);
FAULTLINE_API int64_t faultline_finding_source_line(const faultline_finding* finding);
FAULTLINE_API int64_t faultline_finding_source_column(const faultline_finding* finding);
/* Times of the first and the last evidence; FAULTLINE_NO_TIME. */
FAULTLINE_API int64_t faultline_finding_first(const faultline_finding* finding);
FAULTLINE_API int64_t faultline_finding_last(const faultline_finding* finding);

/* The findings so far joined by cause, the worst first: what `faultline run -o json` writes behind the
 * findings, at most 1000. */
typedef struct faultline_diagnoses faultline_diagnoses;

/* At any time between two calls; complete behind faultline_run_finish. Polled findings are among them. */
FAULTLINE_API faultline_status faultline_run_diagnose(faultline_run* run, faultline_diagnoses** diagnoses);
FAULTLINE_API void faultline_diagnoses_destroy(faultline_diagnoses* diagnoses);
/* 0 for NULL. */
FAULTLINE_API size_t faultline_diagnoses_count(const faultline_diagnoses* diagnoses);
/* Empty for an index that is too large. */
FAULTLINE_API faultline_text faultline_diagnoses_json(const faultline_diagnoses* diagnoses, size_t index);
/* The root cause, which becomes the caller's. */
FAULTLINE_API faultline_status faultline_diagnoses_root(const faultline_diagnoses* diagnoses, size_t index,
                                                        faultline_finding** finding);

/* Something beside findings that a reader has to know: state that was dropped, lines that were cut. */
typedef struct faultline_notice {
  size_t struct_size;
  faultline_text what;    /* "dropped_matches", "late", "long_line" ... */
  faultline_text where;   /* rule or file */
  faultline_text message; /* for people, with its count */
  int64_t count;
} faultline_notice;

/* Those of rules come with faultline_run_finish. 0 for NULL. */
FAULTLINE_API size_t faultline_run_notice_count(const faultline_run* run);
/* Set notice->struct_size before. Its text lives until the next call that changes the run. */
FAULTLINE_API faultline_status faultline_run_notice(const faultline_run* run, size_t index,
                                                    faultline_notice* notice);

typedef struct faultline_run_summary {
  size_t struct_size;
  int64_t sources;     /* that began */
  int64_t lines;       /* of sources that are over */
  int64_t bytes;       /* of sources that are over */
  int64_t findings[4]; /* by faultline_severity */
  uint64_t waiting;    /* findings to be polled */
  uint64_t pending;    /* matches that wait for more */
  uint64_t pending_bytes;
  int32_t native; /* not 0: native code runs (also where `auto` has come to it) */
  int32_t cancelled;
} faultline_run_summary;

/* Set summary->struct_size before. */
FAULTLINE_API faultline_status faultline_run_get_summary(const faultline_run* run,
                                                         faultline_run_summary* summary);

/* ---------------------------------------------------------------- stopped and started again */

/* All that the run knows, between two calls: sources, half lines, open blocks, what rules wait for, findings
 * that were not polled. The run goes on. Not behind faultline_run_finish or faultline_run_cancel. */
FAULTLINE_API faultline_status faultline_run_save(faultline_run* run, faultline_bytes** snapshot);

/* A run as it was saved: sources have their numbers, and each goes on at faultline_run_position. The rules
 * and all options that change findings must be those of the run that was saved; `now` comes from the
 * snapshot, where the options leave it to the clock. FAULTLINE_ERROR_VERSION: the snapshot is of another
 * version of the library, or of other rules or options. FAULTLINE_ERROR_FORMAT: it is damaged. Snapshots may
 * come from anywhere; a checksum tells damage, not malice, yet hostile bytes do no harm beyond wrong
 * findings. */
FAULTLINE_API faultline_status faultline_run_restore(const faultline_rules* rules,
                                                     const faultline_run_options* options, const void* data,
                                                     size_t size, faultline_run** run);

/* ---------------------------------------------------------------- spread over machines */

/* Phase 1 by itself: the stages of rules are tried on records, wherever those are; out come events, for runs
 * elsewhere that keep the state. A stream engine calls splitters at its edge and runs in a keyed operator:
 *
 *   faultline_splitter_feed, then for each faultline_splitter_poll:
 *     faultline_event_everybody  -> send the bytes to every run
 *     else                       -> send them to the run that has faultline_event_key
 *   there: faultline_run_feed_event
 *
 * Events of one source are to arrive at a run in the order in which they were polled. Where rules join
 * several sources, records should come in the order of their times, as faultline_event_time says; what comes
 * later is late, as in a log. All runs together then find what one run would have found. Diagnoses are of one
 * run's findings. */
typedef struct faultline_splitter faultline_splitter;

typedef enum faultline_split {
  FAULTLINE_SPLIT_WHOLE = 0, /* one event for each record, for one run: findings in the same order, too */
  FAULTLINE_SPLIT_BY_KEY = 1 /* events by key, for any number of runs */
} faultline_split;

typedef enum faultline_ticks {
  /* Every record moves the clocks of all runs: windows end where they would have ended in one. */
  FAULTLINE_TICKS_RECORD = 0,
  /* Once in each call that feeds: fewer events. Windows end later, with the same findings, unless a rule
   * reads what a window's end decides. */
  FAULTLINE_TICKS_CALL = 1
} faultline_ticks;

typedef struct faultline_splitter_options {
  size_t struct_size;
  int32_t split;         /* faultline_split */
  int32_t ticks;         /* faultline_ticks */
  uint32_t first_source; /* its sources are numbered from here; unique among all that feed the same runs */
  int32_t engine;        /* these and the others as in faultline_run_options, and the same as the runs' */
  int64_t now;
  int64_t zone_offset;
  const char* format;
  const char* wrapper;
  const char* const* context;
  size_t context_size;
  uint64_t max_line_bytes;
  uint64_t max_events; /* that wait to be polled, before FAULTLINE_ERROR_FULL; 0: 1,000,000 */
} faultline_splitter_options;

/* The defaults; does nothing for NULL. */
FAULTLINE_API void faultline_splitter_options_init(faultline_splitter_options* options);

/* `options` may be NULL. */
FAULTLINE_API faultline_status faultline_splitter_create(const faultline_rules* rules,
                                                         const faultline_splitter_options* options,
                                                         faultline_splitter** splitter);
/* Events that were not polled are gone. */
FAULTLINE_API void faultline_splitter_destroy(faultline_splitter* splitter);

/* As the functions of runs: what they say there holds here. */
FAULTLINE_API faultline_status faultline_splitter_begin_source(faultline_splitter* splitter, const char* path,
                                                               const char* role, int32_t kind,
                                                               uint32_t* source);
FAULTLINE_API faultline_status faultline_splitter_feed(faultline_splitter* splitter, uint32_t source,
                                                       const void* data, size_t size);
FAULTLINE_API faultline_status faultline_splitter_feed_record(faultline_splitter* splitter, uint32_t source,
                                                              const faultline_field* fields, size_t count,
                                                              int64_t time);
FAULTLINE_API faultline_status faultline_splitter_settle(faultline_splitter* splitter, uint32_t source);
FAULTLINE_API faultline_status faultline_splitter_advance(faultline_splitter* splitter, uint32_t source,
                                                          int64_t time);
FAULTLINE_API faultline_status faultline_splitter_end_scopes(faultline_splitter* splitter, uint32_t source);
FAULTLINE_API faultline_status faultline_splitter_end_source(faultline_splitter* splitter, uint32_t source);

/* A splitter as bytes and back, as faultline_run_save and faultline_run_restore: half lines, open blocks,
 * counts, events that were not polled. */
FAULTLINE_API faultline_status faultline_splitter_save(faultline_splitter* splitter,
                                                       faultline_bytes** snapshot);
FAULTLINE_API faultline_status faultline_splitter_restore(const faultline_rules* rules,
                                                          const faultline_splitter_options* options,
                                                          const void* data, size_t size,
                                                          faultline_splitter** splitter);

/* What a splitter made of a record; does not change, and may be shared by threads. */
typedef struct faultline_event faultline_event;

/* The next event, in order; FAULTLINE_NONE: none waits. */
FAULTLINE_API faultline_status faultline_splitter_poll(faultline_splitter* splitter, faultline_event** event);
/* Its bytes are gone with it. */
FAULTLINE_API void faultline_event_destroy(faultline_event* event);
/* What faultline_run_feed_event takes. */
FAULTLINE_API faultline_text faultline_event_bytes(const faultline_event* event);
/* Not 0: for every run. */
FAULTLINE_API int32_t faultline_event_everybody(const faultline_event* event);
/* Events of equal keys go to the same run. Stable: the same in every process, for the same version. */
FAULTLINE_API uint64_t faultline_event_key(const faultline_event* event);
/* faultline_rule_info.group of the rules that it is for; 0 where it is for every run. */
FAULTLINE_API uint32_t faultline_event_group(const faultline_event* event);
/* The number of its source. */
FAULTLINE_API uint32_t faultline_event_source(const faultline_event* event);
/* The time of its stream then; FAULTLINE_NO_TIME. */
FAULTLINE_API int64_t faultline_event_time(const faultline_event* event);

/* Phase 2 of an event. The rules must be those of the splitter, else FAULTLINE_ERROR_VERSION.
 * FAULTLINE_ERROR_FORMAT: damaged, or of a source that has not begun here: its first event is for every run.
 * Sources of events end by themselves. Events are to come from whom you trust. */
FAULTLINE_API faultline_status faultline_run_feed_event(faultline_run* run, const void* data, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* FAULTLINE_H_ */
