// The store on SQLite: see history.h. SQLite ends here.
#include "runtime/history/history.h"

#include "support/lang/lang.h"
#include "support/value/kinds.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <sqlite3.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace faultline::history {
namespace {

namespace fs = std::filesystem;

constexpr int kApplication = 0x464c4854;  // "FLHT"
constexpr int kVersion = 1;
constexpr const char* kSeriesTable =
    "CREATE TABLE series (id INTEGER PRIMARY KEY, repository TEXT NOT NULL, branch TEXT NOT NULL, job TEXT "
    "NOT NULL, "
    "name TEXT NOT NULL, key TEXT NOT NULL, UNIQUE (repository, branch, job, name, key))";
constexpr const char* kSampleTable =
    "CREATE TABLE sample (series INTEGER NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, value NOT "
    "NULL, "
    "n INTEGER NOT NULL, PRIMARY KEY (series, time, kind, value, n)) WITHOUT ROWID";
// The day (since 1970, UTC) on which it was pruned last; one row.
constexpr const char* kPrunedTable = "CREATE TABLE pruned (day INTEGER NOT NULL)";

std::string Reason(int number) {
  std::string text = std::strerror(number);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

std::string_view Cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
    --most;  // not inside a character
  return text.substr(0, most);
}

bool IsText(ValueKind kind) {
  return kind == ValueKind::kText || kind == ValueKind::kSemver || kind == ValueKind::kGoVersion;
}

// A prepared statement. Reset at the end of each use, so that no lock is held.
class Statement {
 public:
  Statement() = default;
  ~Statement() { Finalize(); }
  void Finalize() {
    sqlite3_finalize(statement_);
    statement_ = nullptr;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  int Prepare(sqlite3* db, const char* sql) {
    return statement_ != nullptr
               ? SQLITE_OK
               : sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  }
  Statement& Bind(std::int64_t number) {
    sqlite3_bind_int64(statement_, ++bound_, number);
    return *this;
  }
  Statement& Bind(double number) {
    sqlite3_bind_double(statement_, ++bound_, number);
    return *this;
  }
  // The text must live until Done.
  Statement& Bind(std::string_view text) {
    sqlite3_bind_text64(statement_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
    return *this;
  }
  int Step() { return sqlite3_step(statement_); }
  void Done() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    bound_ = 0;
  }
  std::int64_t Integer(int column) { return sqlite3_column_int64(statement_, column); }
  double Real(int column) { return sqlite3_column_double(statement_, column); }
  int Type(int column) { return sqlite3_column_type(statement_, column); }
  std::string Text(int column) {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return text == nullptr ? std::string()
                           : std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

struct Closer {
  Statement& statement;
  ~Closer() { statement.Done(); }
};

// False: no run of ours wrote this.
bool ReadSample(Statement* statement, int kind_column, int value_column, Sample* sample) {
  const std::int64_t kind = statement->Integer(kind_column);
  if (statement->Type(kind_column) != SQLITE_INTEGER || kind < 0 || kind > static_cast<int>(ValueKind::kMap))
    return false;
  sample->kind = static_cast<ValueKind>(kind);
  sample->integer = 0;
  sample->real = 0;
  sample->text.clear();
  const int type = statement->Type(value_column);
  if (sample->kind == ValueKind::kMissing) return type == SQLITE_INTEGER;
  if (HoldsInteger(sample->kind)) {
    sample->integer = statement->Integer(value_column);
    const bool fits =
        sample->kind == ValueKind::kBool ? sample->integer >= 0 && sample->integer <= 1
        : sample->kind == ValueKind::kLevel
            ? sample->integer >= 0 && sample->integer <= static_cast<int>(lang::Level::kCritical)
            : true;
    return type == SQLITE_INTEGER && fits;
  }
  if (sample->kind == ValueKind::kFloat) {
    sample->real = statement->Real(value_column);
    return type == SQLITE_FLOAT && std::isfinite(sample->real);
  }
  if (!IsText(sample->kind) || type != SQLITE_TEXT) return false;
  sample->text = statement->Text(value_column);
  return sample->text.size() <= kMaxText;
}

}  // namespace

Sample Sample::Of(std::int64_t time, const Value& value) {
  Sample sample;
  sample.time = time;
  if (HoldsInteger(value.kind)) {
    sample.kind = value.kind;
    sample.integer = value.integer;
  } else if (value.kind == ValueKind::kFloat && std::isfinite(value.real)) {
    sample.kind = value.kind;
    sample.real = value.real == 0 ? 0 : value.real;  // -0 is 0
  } else if (IsText(value.kind)) {
    sample.kind = value.kind;
    sample.text = Cut(value.AsText(), kMaxText);
  }
  return sample;
}

Value Sample::value() const {
  if (IsText(kind)) {
    Value shown = Value::Text(text);
    shown.kind = kind;
    return shown;
  }
  if (kind == ValueKind::kFloat) return Value::Float(real);
  return kind == ValueKind::kMissing ? Value::Missing() : Value::Integer(kind, integer);
}

class Store::Impl {
 public:
  explicit Impl(std::string path) : path_(std::move(path)) {}
  ~Impl() { Close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const std::string& path() const { return path_; }

  std::optional<Error> Open(const OpenOptions& options) {
    struct stat status{};
    inode_ = 0;
    if (stat(path_.c_str(), &status) == 0) {
      if (S_ISDIR(status.st_mode)) return Fail(ErrorKind::kOpen, "it is a folder");
      if (!S_ISREG(status.st_mode)) return Fail(ErrorKind::kOpen, "it is no file");
    } else if (errno != ENOENT || !options.create) {
      return Fail(ErrorKind::kOpen, Reason(errno));
    } else if (const fs::path folder = fs::path(path_).parent_path(); !folder.empty()) {
      std::error_code code;
      fs::create_directories(folder, code);
      if (code) return Fail(ErrorKind::kOpen, "its folder could not be made: " + Reason(code.value()));
    }
    int result = sqlite3_open_v2(
        path_.c_str(), &db_,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (options.create ? SQLITE_OPEN_CREATE : 0), nullptr);
    if (result != SQLITE_OK) {
      if (access(path_.c_str(), F_OK) != 0 || access(path_.c_str(), R_OK) != 0)
        return Fail(ErrorKind::kOpen, Reason(errno));
      return Failed(result);
    }
    if (stat(path_.c_str(), &status) == 0) inode_ = status.st_ino;
    sqlite3_extended_result_codes(db_, 1);
    sqlite3_busy_timeout(db_, options.busy_ms);
    sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, 1 << 20);
    sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    // A file that is no database shows itself here.
    for (const char* pragma :
         {"PRAGMA mmap_size = 0", "PRAGMA cell_size_check = ON", "PRAGMA temp_store = MEMORY"}) {
      if ((result = Run(pragma)) != SQLITE_OK) return Failed(result);
    }
    std::int64_t application = 0, version = 0;
    // In one transaction: another process may be about to write both.
    const auto numbers = [&] {
      int code = Run("BEGIN");
      if (code == SQLITE_OK) code = Single("PRAGMA application_id", &application);
      if (code == SQLITE_OK) code = Single("PRAGMA user_version", &version);
      if (sqlite3_get_autocommit(db_) == 0) Run("COMMIT");
      return code;
    };
    if ((result = numbers()) != SQLITE_OK) return Failed(result);
    if (application == 0 && version == 0) {  // new, or about to be made by another process
      if (auto error = Create()) return error;
      if ((result = numbers()) != SQLITE_OK) return Failed(result);
    }
    if (application != kApplication) return Fail(ErrorKind::kForeign, "it is a database of another program");
    if (version != kVersion) {
      return Fail(ErrorKind::kVersion,
                  "version " + std::to_string(version) + "; this program knows " + std::to_string(kVersion));
    }
    return CheckSchema();
  }

  // Renames a damaged file, unless somebody else has put another one in its place.
  std::string SetAside() {
    Close();
    struct stat status{};
    if (stat(path_.c_str(), &status) != 0 || (inode_ != 0 && status.st_ino != inode_)) return {};
    for (int i = 0; i < 100; ++i) {
      const std::string name = path_ + ".damaged" + (i == 0 ? "" : "." + std::to_string(i));
      if (link(path_.c_str(), name.c_str()) == 0) {  // never over another file
        unlink(path_.c_str());
      } else if (errno == EEXIST) {
        continue;
      } else if (access(name.c_str(), F_OK) == 0 || rename(path_.c_str(), name.c_str()) != 0) {
        return {};  // no hard links here, and no renaming either
      }
      // A journal of the old file must not be played into the new one.
      rename((path_ + "-journal").c_str(), (name + "-journal").c_str());
      return name;
    }
    return {};
  }

  std::optional<Error> Append(const Scope& scope, std::span<const Entry> entries) {
    if (entries.empty()) return std::nullopt;
    std::size_t at = 0;
    std::map<std::tuple<std::string_view, std::string_view, std::int64_t, ValueKind, std::int64_t, double,
                        std::string_view>,
             std::int64_t>
        equal;
    std::optional<Error> none;
    return Add(
        [&](Row* row) {
          if (at == entries.size()) return false;
          const Entry& entry = entries[at++];
          const Sample& s = entry.sample;
          row->scope = scope;
          row->series = entry.series;
          row->key = entry.key;
          row->sample = s;
          row->number = equal[{entry.series, entry.key, s.time, s.kind, s.integer, s.real, s.text}]++;
          return true;
        },
        &none);
  }

  std::optional<Error> Add(const std::function<bool(Row*)>& next, std::optional<Error>* stop) {
    if (db_ == nullptr) return Gone();
    int result = Run("BEGIN IMMEDIATE");
    if (result != SQLITE_OK) return Failed(result);
    if ((result = insert_.Prepare(db_, "INSERT OR IGNORE INTO sample VALUES (?, ?, ?, ?, ?)")) != SQLITE_OK)
      return RollBack(result);
    Row row, last;
    std::int64_t series = 0;
    while (next(&row)) {
      if (series == 0 || row.series != last.series || row.key != last.key || !(row.scope == last.scope)) {
        if ((result = SeriesOf(row.scope, row.series, row.key, true, &series)) != SQLITE_OK)
          return RollBack(result);
        last.scope = row.scope;
        last.series = row.series;
        last.key = row.key;
      }
      const Sample& sample = row.sample;
      insert_.Bind(series).Bind(sample.time).Bind(static_cast<std::int64_t>(sample.kind));
      if (IsText(sample.kind)) {
        insert_.Bind(Cut(sample.text, kMaxText));
      } else if (sample.kind == ValueKind::kFloat) {
        insert_.Bind(sample.real);
      } else {
        insert_.Bind(sample.integer);
      }
      insert_.Bind(row.number);
      result = insert_.Step();
      insert_.Done();
      if (result != SQLITE_DONE) return RollBack(result);
    }
    if (*stop) {
      Run("ROLLBACK");
      return *stop;
    }
    result = Run("COMMIT");
    return result == SQLITE_OK ? std::nullopt : std::optional<Error>(RollBack(result));
  }

  std::optional<Error> Read(const Scope& scope, std::string_view name, std::string_view key,
                            std::int64_t from, std::int64_t to, std::vector<Sample>* samples,
                            std::size_t most) {
    samples->clear();
    if (db_ == nullptr) return Gone();
    std::int64_t series = 0;
    int result = SeriesOf(scope, name, key, false, &series);
    if (result != SQLITE_OK) return Failed(result);
    if (series == 0) return std::nullopt;
    if ((result =
             read_.Prepare(db_,
                           "SELECT time, kind, value FROM sample WHERE series = ? AND time BETWEEN ? AND ? "
                           "ORDER BY time DESC, kind DESC, value DESC, n DESC LIMIT ?")) != SQLITE_OK) {
      return Failed(result);
    }
    const Closer closer{read_};
    read_.Bind(series).Bind(from).Bind(to).Bind(static_cast<std::int64_t>(most));
    while ((result = read_.Step()) == SQLITE_ROW) {
      Sample sample;
      sample.time = read_.Integer(0);
      if (!ReadSample(&read_, 1, 2, &sample)) {
        samples->clear();
        return Fail(ErrorKind::kDamaged, "a value in it makes no sense");
      }
      samples->push_back(std::move(sample));
    }
    if (result != SQLITE_DONE) {
      samples->clear();
      return Failed(result);
    }
    std::reverse(samples->begin(), samples->end());
    return std::nullopt;
  }

  std::optional<Error> Prune(std::int64_t now, const Limits& limits, std::int64_t* removed) {
    *removed = 0;
    if (db_ == nullptr) return Gone();
    int result = Run("BEGIN IMMEDIATE");
    if (result != SQLITE_OK) return Failed(result);
    Statement old, many, empty, oldest;
    const std::int64_t before = now < INT64_MIN + limits.max_age ? INT64_MIN : now - limits.max_age;
    const auto remove = [&](Statement& statement) {
      const int code = statement.Step();
      statement.Done();
      if (code == SQLITE_DONE) *removed += sqlite3_changes64(db_);
      return code == SQLITE_DONE ? SQLITE_OK : code;
    };
    if ((result = old.Prepare(db_, "DELETE FROM sample WHERE time < ?")) != SQLITE_OK)
      return RollBack(result);
    old.Bind(before);
    if ((result = remove(old)) != SQLITE_OK) return RollBack(result);
    if ((result = many.Prepare(db_,
                               "DELETE FROM sample WHERE (series, time, kind, value, n) IN (SELECT series, "
                               "time, kind, value, n FROM "
                               "(SELECT *, row_number() OVER (PARTITION BY series ORDER BY time DESC, kind "
                               "DESC, value DESC, n DESC) AS place "
                               "FROM sample) WHERE place > ?)")) != SQLITE_OK) {
      return RollBack(result);
    }
    many.Bind(limits.max_values);
    if ((result = remove(many)) != SQLITE_OK) return RollBack(result);
    // By size: the oldest tenth goes until the pages in use fit.
    for (int round = 0; round < 64; ++round) {
      std::int64_t pages = 0, unused = 0, page = 0, values = 0;
      if ((result = Single("PRAGMA page_count", &pages)) != SQLITE_OK ||
          (result = Single("PRAGMA freelist_count", &unused)) != SQLITE_OK ||
          (result = Single("PRAGMA page_size", &page)) != SQLITE_OK ||
          (result = Single("SELECT count(*) FROM sample", &values)) != SQLITE_OK) {
        return RollBack(result);
      }
      if (static_cast<std::uint64_t>((pages - unused) * page) <= limits.max_bytes || values == 0) break;
      if ((result = oldest.Prepare(db_,
                                   "DELETE FROM sample WHERE time <= (SELECT time FROM sample ORDER BY time "
                                   "LIMIT 1 OFFSET ?)")) != SQLITE_OK) {
        return RollBack(result);
      }
      oldest.Bind(values / 10);
      if ((result = remove(oldest)) != SQLITE_OK) return RollBack(result);
    }
    if ((result = empty.Prepare(
             db_,
             "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM sample WHERE sample.series = series.id)")) !=
        SQLITE_OK) {
      return RollBack(result);
    }
    result = empty.Step();
    empty.Done();
    if (result != SQLITE_DONE) return RollBack(result);
    const std::string day = "UPDATE pruned SET day = " + std::to_string(DayOf(now));
    if ((result = Run(day.c_str())) != SQLITE_OK || (result = Run("COMMIT")) != SQLITE_OK)
      return RollBack(result);
    result = Run("PRAGMA incremental_vacuum");
    return result == SQLITE_OK ? std::nullopt : std::optional<Error>(Failed(result));
  }

  std::optional<Error> PruneIfDue(std::int64_t now, const Limits& limits) {
    if (db_ == nullptr) return Gone();
    std::int64_t day = 0, pages = 0, page = 0, removed = 0;
    int result = Single("SELECT day FROM pruned", &day);
    if (result == SQLITE_OK) result = Single("PRAGMA page_count", &pages);
    if (result == SQLITE_OK) result = Single("PRAGMA page_size", &page);
    if (result != SQLITE_OK) return Failed(result);
    if (day == DayOf(now) && static_cast<std::uint64_t>(pages * page) <= limits.max_bytes)
      return std::nullopt;
    return Prune(now, limits, &removed);
  }

  std::optional<Error> List(std::vector<SeriesInfo>* series) {
    series->clear();
    if (db_ == nullptr) return Gone();
    Statement list;
    int result = list.Prepare(
        db_,
        "SELECT repository, branch, job, name, key, count(*), min(time), max(time) FROM series JOIN sample "
        "ON "
        "sample.series = series.id GROUP BY series.id ORDER BY repository, branch, job, name, key");
    if (result != SQLITE_OK) return Failed(result);
    while ((result = list.Step()) == SQLITE_ROW) {
      series->push_back({{list.Text(0), list.Text(1), list.Text(2)},
                         list.Text(3),
                         list.Text(4),
                         list.Integer(5),
                         list.Integer(6),
                         list.Integer(7)});
    }
    return result == SQLITE_DONE ? std::nullopt : std::optional<Error>(Failed(result));
  }

  std::optional<Error> Each(const std::function<bool(const Row&)>& each) {
    if (db_ == nullptr) return Gone();
    Statement all;
    int result = all.Prepare(db_,
                             "SELECT repository, branch, job, name, key, time, kind, value, n FROM series "
                             "JOIN sample ON sample.series = "
                             "series.id ORDER BY repository, branch, job, name, key, time, kind, value, n");
    if (result != SQLITE_OK) return Failed(result);
    while ((result = all.Step()) == SQLITE_ROW) {
      Row row;
      row.scope = {all.Text(0), all.Text(1), all.Text(2)};
      row.series = all.Text(3);
      row.key = all.Text(4);
      row.number = all.Integer(8);
      row.sample.time = all.Integer(5);
      if (!ReadSample(&all, 6, 7, &row.sample))
        return Fail(ErrorKind::kDamaged, "a value in it makes no sense");
      if (!each(row)) return std::nullopt;
    }
    return result == SQLITE_DONE ? std::nullopt : std::optional<Error>(Failed(result));
  }

 private:
  void Close() {
    for (Statement* statement : {&insert_, &read_, &find_, &make_}) statement->Finalize();
    sqlite3_close_v2(db_);
    db_ = nullptr;
  }

  Error Fail(ErrorKind kind, std::string message) const { return {kind, path_, std::move(message), {}}; }
  Error Gone() const { return Fail(ErrorKind::kOpen, "it is closed"); }

  Error Failed(int code) const {
    const std::string message = db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
    switch (code & 0xff) {
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB:
      case SQLITE_FORMAT:
        return Fail(ErrorKind::kDamaged, "it is damaged: " + message);
      case SQLITE_READONLY:
      case SQLITE_PERM:
        return Fail(ErrorKind::kReadOnly, "it cannot be written");
      case SQLITE_FULL:
        return Fail(ErrorKind::kFull, "the disk is full");
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return Fail(ErrorKind::kBusy, "another run is writing it");
      case SQLITE_CANTOPEN:
        return Fail(ErrorKind::kReadOnly,
                    "its journal cannot be written: " + Reason(sqlite3_system_errno(db_)));
      case SQLITE_TOOBIG:
      case SQLITE_MISMATCH:
      case SQLITE_CONSTRAINT:
        return Fail(ErrorKind::kDamaged, "it holds what no run wrote: " + message);
      default:
        return Fail(ErrorKind::kRead, message);
    }
  }

  Error RollBack(int code) {
    Error error = Failed(code);
    if (sqlite3_get_autocommit(db_) == 0) Run("ROLLBACK");
    return error;
  }

  int Run(const char* sql) { return sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); }

  int Single(const char* sql, std::int64_t* number) {
    Statement statement;
    int result = statement.Prepare(db_, sql);
    if (result != SQLITE_OK) return result;
    result = statement.Step();
    if (result != SQLITE_ROW) return result == SQLITE_DONE ? SQLITE_CORRUPT : result;
    *number = statement.Integer(0);
    return SQLITE_OK;
  }

  static std::int64_t DayOf(std::int64_t now) { return now / (std::int64_t{24} * 3600 * 1000000000); }

  std::optional<Error> Create() {
    int result = Run("PRAGMA auto_vacuum = INCREMENTAL");  // before there are tables
    if (result == SQLITE_OK) result = Run("BEGIN IMMEDIATE");
    if (result != SQLITE_OK) return Failed(result);
    std::int64_t objects = 0;
    if ((result = Single("SELECT count(*) FROM sqlite_schema", &objects)) != SQLITE_OK)
      return RollBack(result);
    if (objects == 0) {  // else another process was quicker
      const std::string numbers = "PRAGMA application_id = " + std::to_string(kApplication) +
                                  "; PRAGMA user_version = " + std::to_string(kVersion);
      for (const char* sql :
           {kSeriesTable, kSampleTable, kPrunedTable, "INSERT INTO pruned VALUES (0)", numbers.c_str()}) {
        if ((result = Run(sql)) != SQLITE_OK) return RollBack(result);
      }
    }
    result = Run("COMMIT");
    return result == SQLITE_OK ? std::nullopt : std::optional<Error>(RollBack(result));
  }

  // The tables are ours to the letter, and there is nothing else.
  std::optional<Error> CheckSchema() {
    Statement schema;
    int result = schema.Prepare(db_, "SELECT sql FROM sqlite_schema ORDER BY name");
    if (result != SQLITE_OK) return Failed(result);
    int good = 0, others = 0;
    while ((result = schema.Step()) == SQLITE_ROW) {
      if (schema.Type(0) == SQLITE_NULL) continue;  // an index that SQLite made for a key
      const std::string sql = schema.Text(0);
      (sql == kSeriesTable || sql == kSampleTable || sql == kPrunedTable ? good : others) += 1;
    }
    if (result != SQLITE_DONE) return Failed(result);
    if (good != 3 || others != 0) return Fail(ErrorKind::kDamaged, "its tables are not those of a history");
    return std::nullopt;
  }

  int SeriesOf(const Scope& scope, std::string_view name, std::string_view key, bool make, std::int64_t* id) {
    *id = 0;
    const auto bind = [&](Statement& statement) {
      statement.Bind(Cut(scope.repository, kMaxName))
          .Bind(Cut(scope.branch, kMaxName))
          .Bind(Cut(scope.job, kMaxName));
      statement.Bind(Cut(name, kMaxName)).Bind(Cut(key, kMaxName));
    };
    int result = find_.Prepare(
        db_,
        "SELECT id FROM series WHERE repository = ? AND branch = ? AND job = ? AND name = ? AND key = ?");
    if (result != SQLITE_OK) return result;
    bind(find_);
    result = find_.Step();
    if (result == SQLITE_ROW) *id = find_.Integer(0);
    find_.Done();
    if (result == SQLITE_ROW) return SQLITE_OK;
    if (result != SQLITE_DONE || !make) return result == SQLITE_DONE ? SQLITE_OK : result;
    result =
        make_.Prepare(db_, "INSERT INTO series (repository, branch, job, name, key) VALUES (?, ?, ?, ?, ?)");
    if (result != SQLITE_OK) return result;
    bind(make_);
    result = make_.Step();
    make_.Done();
    if (result != SQLITE_DONE) return result;
    *id = sqlite3_last_insert_rowid(db_);
    return SQLITE_OK;
  }

  std::string path_;
  sqlite3* db_ = nullptr;
  ino_t inode_ = 0;
  Statement insert_, read_, find_, make_;
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;
const std::string& Store::path() const {
  return impl_->path();
}

Opened Store::Open(const std::string& path, const OpenOptions& options) {
  Opened opened;
  auto impl = std::make_unique<Impl>(path);
  opened.error = impl->Open(options);
  if (opened.error && opened.error->kind == ErrorKind::kDamaged) {
    // A name of another kind is a mistake on the command line: `--history build.log` must not move the log.
    if (!path.ends_with(".db")) {
      opened.error->kind = ErrorKind::kForeign;
      opened.error->message = "it is no history, and its name does not end in .db: left alone";
      return opened;
    }
    opened.error->set_aside = impl->SetAside();
    if (opened.error->set_aside.empty() || !options.create) return opened;
    impl = std::make_unique<Impl>(path);
    if (impl->Open(options)) return opened;
  } else if (opened.error) {
    return opened;
  }
  opened.store.reset(new Store(std::move(impl)));
  return opened;
}

// Damage may show itself late, in a page that nothing looked at before. The file is set aside then, and the
// store is closed.
std::optional<Error> Store::Checked(std::optional<Error> error) {
  if (error && error->kind == ErrorKind::kDamaged && path().ends_with(".db"))
    error->set_aside = impl_->SetAside();
  return error;
}

std::optional<Error> Store::Append(const Scope& scope, std::span<const Entry> entries) {
  return Checked(impl_->Append(scope, entries));
}
std::optional<Error> Store::Read(const Scope& scope, std::string_view series, std::string_view key,
                                 std::int64_t from, std::int64_t to, std::vector<Sample>* samples,
                                 std::size_t most) {
  return Checked(impl_->Read(scope, series, key, from, to, samples, most));
}
std::optional<Error> Store::Prune(std::int64_t now, const Limits& limits, std::int64_t* removed) {
  return Checked(impl_->Prune(now, limits, removed));
}
std::optional<Error> Store::PruneIfDue(std::int64_t now, const Limits& limits) {
  return Checked(impl_->PruneIfDue(now, limits));
}
std::optional<Error> Store::List(std::vector<SeriesInfo>* series) {
  return Checked(impl_->List(series));
}
std::optional<Error> Store::Each(const std::function<bool(const Row&)>& each) {
  return Checked(impl_->Each(each));
}
std::optional<Error> Store::Add(const std::function<bool(Row*)>& next, std::optional<Error>* stop) {
  return Checked(impl_->Add(next, stop));
}

}  // namespace faultline::history
