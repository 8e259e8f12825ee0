// A run over inputs that grow: see live_run.h.
#include "runtime/live/live_run.h"

#include "runtime/input/files.h"
#include "runtime/live/live_paths.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace faultline::runtime {
namespace {

constexpr std::size_t kMaxSaid = 1000;  // notices of inputs that the summary keeps

std::int64_t ChangedAt(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::string HeadOf(int descriptor) {
  std::string head(8192, '\0');
  const ssize_t n = pread(descriptor, head.data(), head.size(), 0);
  head.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return head;
}

bool IsCompressed(std::string_view head) {
  return head.starts_with("\x1F\x8B\x08") || head.starts_with("\x28\xB5\x2F\xFD");
}

std::string Bytes(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

}  // namespace

LiveRun::LiveRun(Engine* engine, LiveOptions options)
    : engine_(engine), options_(std::move(options)), watcher_(options_.use_inotify) {
  now_ = options_.clock();
}

LiveRun::~LiveRun() = default;

void LiveRun::Say(InputErrorKind kind, const std::string& path, const std::string& message) {
  const InputError error{kind, path, message};
  if (++said_ <= kMaxSaid) engine_->NoteError(error);
  if (options_.say) options_.say(error);
}

// ---------------------------------------------------------------- which files there are

// Whether the file is one that is read already, or was: by another name, or a copy of one that was emptied
// then.
bool LiveRun::IsFollowed(const FileIdentity& identity, const std::string& path, int descriptor) {
  if (done_.contains({identity.device, identity.inode})) return true;
  for (const auto& followed : followed_) {
    if (!followed->file->regular()) continue;
    if (followed->identity.SameFile(identity) || followed->last.SameFile(identity)) return true;
    if (!IsOlderName(path, followed->path)) continue;
    for (const FileIdentity* known : {&followed->identity, &followed->previous}) {
      constexpr std::uint64_t kTelling = 32;  // fewer bytes may be the same by chance
      if (known->size >= kTelling && BeginsLike(descriptor, *known)) {
        done_.emplace(identity.device, identity.inode);
        return true;
      }
    }
  }
  return false;
}

void LiveRun::Begin(const std::string& path, bool named, const std::string& role) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    if (named && left_out_.insert(path).second && options_.say) {
      options_.say({InputErrorKind::kLimit, path, "there is no such file yet; it is waited for"});
    }
    return;
  }
  const auto leave_out = [&](InputErrorKind kind, const std::string& why) {
    if (left_out_.insert(path).second) Say(kind, path, why);
  };
  const bool fifo = S_ISFIFO(status.st_mode);
  if (!fifo && !S_ISREG(status.st_mode)) {
    if (named) leave_out(InputErrorKind::kNotAFile, "not a file");
    return;
  }
  // A named pipe that is opened for writing, too, has no end when its writers go: others may come.
  const int descriptor = open(path.c_str(), (fifo ? O_RDWR | O_NONBLOCK : O_RDONLY) | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno != ENOENT) {
      leave_out(errno == EACCES ? InputErrorKind::kPermission : InputErrorKind::kRead,
                std::generic_category().message(errno));
    }
    return;
  }
  auto followed = std::make_unique<Followed>();
  if (!fifo) {
    if (!IdentityOf(descriptor, &followed->identity) || IsFollowed(followed->identity, path, descriptor)) {
      close(descriptor);
      return;
    }
    const std::string head = HeadOf(descriptor);
    if (IsCompressed(head)) {
      leave_out(named ? InputErrorKind::kNotAFile : InputErrorKind::kBinary,
                "compressed, so it does not grow: left out; read it without --follow");
      close(descriptor);
      return;
    }
    if (!named && LooksBinary(head)) {
      leave_out(InputErrorKind::kBinary, "not text, left out; name the file to have it read");
      close(descriptor);
      return;
    }
  }
  auto file = std::make_unique<LiveFile>(descriptor, !fifo, 0);
  followed->path = path;
  followed->named = named;
  followed->file = file.get();
  followed->descriptor = descriptor;
  followed->last = followed->identity;
  followed->read_at = followed->written_at = now_;
  followed->source = engine_->BeginLive(std::move(file), path, role);
  followed_.push_back(std::move(followed));
}

void LiveRun::Discover() {
  scan_ = false;
  scanned_at_ = now_;
  std::map<std::string, std::vector<std::string>> names;  // by role
  for (const LiveInput& input : options_.inputs) {
    if (input.name != "-") {
      names[input.role].push_back(input.name);
    } else if (!stdin_begun_) {
      stdin_begun_ = true;
      struct stat status{};
      const bool regular = fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode);
      auto file = std::make_unique<LiveFile>(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0), regular, 0);
      auto followed = std::make_unique<Followed>();
      followed->path = "-";
      followed->named = true;
      followed->file = file.get();
      followed->descriptor = file->descriptor();
      followed->read_at = followed->written_at = now_;
      followed->source = engine_->BeginLive(std::move(file), "<stdin>", input.role);
      followed_.push_back(std::move(followed));
    }
  }
  std::vector<std::string> folders;
  std::vector<std::pair<LivePath, std::string>> paths;  // with their roles
  for (const auto& [role, of_role] : names) {
    std::vector<std::string> watched;
    for (LivePath& path : FindLivePaths(of_role, &watched)) paths.emplace_back(std::move(path), role);
    folders.insert(folders.end(), watched.begin(), watched.end());
  }
  watcher_.Watch(folders);
  std::set<std::string> known;
  for (const auto& followed : followed_) known.insert(followed->path);
  std::set<FileKey> there;
  for (const auto& [path, role] : paths) {
    struct stat status{};
    if (!done_.empty() && stat(path.path.c_str(), &status) == 0) there.emplace(status.st_dev, status.st_ino);
    if (!known.contains(path.path)) Begin(path.path, path.named, role);
  }
  // An inode that is gone may be used again.
  std::erase_if(done_, [&](const FileKey& key) { return !there.contains(key); });
}

// ---------------------------------------------------------------- what happened to a file

void LiveRun::StartAgain(Followed* followed, std::uint64_t size, bool shorter) {
  const std::uint64_t position = followed->file->position();
  std::string message = shorter ? "was cut to " + Bytes(size) : std::string("was written anew");
  message += "; it had been read up to byte " + std::to_string(position) + ", ";
  message += followed->size > position
                 ? "bytes " + std::to_string(position) + " to " + std::to_string(followed->size) + " are lost"
                 : "what was written behind that is lost";
  message += "; it is read from its beginning";
  Say(InputErrorKind::kLost, followed->path, message);
  followed->previous = followed->identity;
  followed->file->StartAgain();
  IdentityOf(followed->file->descriptor(), &followed->identity);
  followed->last = followed->identity;
}

void LiveRun::Check(Followed* followed) {
  if (!followed->file->regular() || followed->path == "-") return;
  struct stat status{};
  if (stat(followed->path.c_str(), &status) != 0) {
    if (!followed->gone_since) followed->gone_since = now_;
    if (now_ - *followed->gone_since >= options_.gone) End(followed, false);
    return;
  }
  followed->gone_since.reset();
  const auto size = static_cast<std::uint64_t>(status.st_size);
  FileIdentity there;
  there.device = status.st_dev;
  there.inode = status.st_ino;
  if (!there.SameFile(followed->last)) {
    // Until something stands in the new file its writer may still write into the old one.
    if (size == 0) return;
    const int descriptor = open(followed->path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    if (!IdentityOf(descriptor, &followed->last)) {
      close(descriptor);
      return;
    }
    followed->file->GoOnIn(descriptor);
    return;
  }
  if (followed->file->has_next() || followed->file->starts_again()) return;
  const std::int64_t changed = ChangedAt(status);
  if (size < followed->file->position()) {
    StartAgain(followed, size, true);
  } else if ((size != followed->size || changed != followed->changed) &&
             !BeginsLike(followed->file->descriptor(), followed->identity)) {
    StartAgain(followed, size, false);
  }
  followed->size = size;
  followed->changed = changed;
}

void LiveRun::NoteRead(Followed* followed) {
  LiveFile* file = followed->file;
  if (file->regular() && followed->path != "-") {
    if (followed->descriptor != file->descriptor()) {
      done_.emplace(followed->identity.device, followed->identity.inode);
      followed->descriptor = file->descriptor();
      IdentityOf(file->descriptor(), &followed->identity);
    } else if (followed->identity.size < FileIdentity::kBytes) {
      IdentityOf(file->descriptor(), &followed->identity);
    }
  }
  if (followed->taken == file->taken()) return;
  followed->taken = file->taken();
  followed->read_at = followed->written_at = now_;
  struct stat status{};
  if (file->regular() && fstat(file->descriptor(), &status) == 0) {
    followed->written_at = std::min(now_, ChangedAt(status));
  }
  followed->time = engine_->TimeOf(followed->source);
  followed->settled = followed->scopes_ended = false;
}

void LiveRun::LetTimePass(Followed* followed) {
  const std::int64_t quiet = now_ - followed->read_at;
  if (!followed->settled && quiet >= options_.settle) {
    followed->settled = true;
    engine_->Settle(followed->source);
    followed->time = std::max(followed->time, engine_->TimeOf(followed->source));
  }
  if (followed->settled && quiet >= options_.idle && followed->time != INT64_MIN) {
    std::int64_t time = 0;
    if (!__builtin_add_overflow(followed->time, now_ - followed->written_at, &time)) {
      engine_->Advance(followed->source, time);
    }
  }
  if (!followed->scopes_ended && quiet >= options_.scopes) {
    followed->scopes_ended = true;
    engine_->EndIdleScopes(followed->source);
  }
}

void LiveRun::End(Followed* followed, bool interrupted) {
  followed->file->Finish();
  const InputResult result = engine_->EndLive(followed->source, interrupted);
  if (options_.say) {
    for (InputError error : result.errors) {
      if (error.path.empty()) error.path = followed->path;
      options_.say(error);
    }
  }
  followed->file = nullptr;
}

// ---------------------------------------------------------------- the run

bool LiveRun::Step() {
  now_ = options_.clock();
  if (scan_ || now_ - scanned_at_ >= options_.rescan || now_ < scanned_at_) Discover();
  for (const auto& followed : followed_) Check(followed.get());
  std::erase_if(followed_, [](const auto& followed) { return followed->file == nullptr; });
  engine_->Pump(64 + 8 * followed_.size());
  bool any = false;
  for (const auto& followed : followed_) {
    const std::uint64_t taken = followed->taken;
    NoteRead(followed.get());
    any |= followed->taken != taken;
    if (followed->file->closed()) {
      End(followed.get(), false);
    } else if (followed->taken == taken) {
      LetTimePass(followed.get());
    }
  }
  std::erase_if(followed_, [](const auto& followed) { return followed->file == nullptr; });
  return any;
}

void LiveRun::Wait(int milliseconds) {
  std::vector<int> pipes;
  for (const auto& followed : followed_) {
    if (!followed->file->regular()) pipes.push_back(followed->file->descriptor());
  }
  if (watcher_.Wait(pipes, milliseconds)) scan_ = true;
}

bool LiveRun::over() const {
  return stdin_begun_ && followed_.empty() &&
         std::all_of(options_.inputs.begin(), options_.inputs.end(),
                     [](const LiveInput& input) { return input.name == "-"; });
}

void LiveRun::Finish(bool interrupted) {
  for (const auto& followed : followed_) End(followed.get(), interrupted);
  followed_.clear();
}

// ---------------------------------------------------------------- snapshots

bool LiveRun::CanSave() const {
  return std::none_of(followed_.begin(), followed_.end(), [](const auto& followed) {
    return followed->file->starts_again() || followed->descriptor != followed->file->descriptor();
  });
}

void LiveRun::Save(snapshot::Writer* writer) {
  writer->Unsigned(followed_.size());
  for (const auto& followed : followed_) {
    writer->Unsigned(followed->source);
    writer->Text(followed->path);
    writer->Bool(followed->named);
    writer->Bool(followed->file->regular());
    followed->identity.Save(writer);
    followed->previous.Save(writer);
    writer->Unsigned(followed->size);
    writer->Signed(followed->read_at);
    writer->Signed(followed->written_at);
    writer->Signed(followed->time);
    writer->Bool(followed->settled);
    writer->Bool(followed->scopes_ended);
  }
  writer->Unsigned(done_.size());
  for (const auto& [device, inode] : done_) {
    writer->Unsigned(device);
    writer->Unsigned(inode);
  }
  engine_->Save(writer);
}

// The file that the source was reading, and what has taken its place since; null: nothing is there.
std::unique_ptr<LiveFile> LiveRun::Reopen(Followed* followed, std::uint64_t position) {
  const std::string& path = followed->path;
  if (path == "-") {
    stdin_begun_ = true;
    struct stat status{};
    const bool regular = fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode);
    return std::make_unique<LiveFile>(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0), regular, position);
  }
  struct stat status{};
  const bool there = stat(path.c_str(), &status) == 0;
  if (there && S_ISFIFO(status.st_mode)) {
    const int descriptor = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return descriptor < 0 ? nullptr : std::make_unique<LiveFile>(descriptor, false, 0);
  }
  const int current = there ? open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
  FileIdentity identity;
  if (current >= 0 && IdentityOf(current, &identity) && identity.SameFile(followed->identity)) {
    auto file = std::make_unique<LiveFile>(current, true, position);
    followed->descriptor = current;
    followed->file = file.get();
    followed->last = followed->identity;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size < position) {
      StartAgain(followed, size, true);
    } else if (!BeginsLike(current, followed->identity)) {
      StartAgain(followed, size, false);
    }
    return file;
  }
  // It has another name now, or is gone. What came between it and the file that has the name is read, too.
  struct Older {
    std::int64_t changed;
    std::string path;
    bool ours;
  };
  std::vector<Older> older;
  for (const LivePath& other : FindLivePaths({FolderOf(path)})) {
    const std::string name =
        FolderOf(path) == "." && path.find('/') == std::string::npos ? other.path.substr(2) : other.path;
    struct stat found{};
    if (!IsOlderName(name, path) || stat(other.path.c_str(), &found) != 0) continue;
    const bool ours = static_cast<std::uint64_t>(found.st_dev) == followed->identity.device &&
                      static_cast<std::uint64_t>(found.st_ino) == followed->identity.inode;
    older.push_back({ChangedAt(found), other.path, ours});
  }
  std::sort(older.begin(), older.end(), [](const Older& a, const Older& b) { return a.changed < b.changed; });
  const auto ours =
      std::find_if(older.begin(), older.end(), [](const Older& candidate) { return candidate.ours; });
  std::unique_ptr<LiveFile> file;
  for (auto it = ours; it != older.end(); ++it) {
    const int descriptor = open(it->path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (it == ours) {
      if (!BeginsLike(descriptor, followed->identity)) {
        close(descriptor);
        break;
      }
      file = std::make_unique<LiveFile>(descriptor, true, position);
      followed->descriptor = descriptor;
      continue;
    }
    if (file == nullptr || IsCompressed(HeadOf(descriptor))) {
      close(descriptor);
      continue;
    }
    FileIdentity between;
    if (IdentityOf(descriptor, &between)) done_.emplace(between.device, between.inode);
    file->GoOnIn(descriptor);
  }
  if (file != nullptr) {
    if (current >= 0) file->GoOnIn(current);
    followed->last = current >= 0 ? identity : followed->identity;
  } else {
    Say(InputErrorKind::kLost, path,
        "another file has this name now, and the one that was read up to byte " + std::to_string(position) +
            " is gone; what was written behind that is lost");
    if (current < 0) return nullptr;
    file = std::make_unique<LiveFile>(current, true, position);
    file->StartAgain();
    followed->descriptor = current;
    followed->identity = followed->last = identity;
  }
  followed->file = file.get();
  return file;
}

bool LiveRun::Load(snapshot::Reader* reader) {
  std::map<std::uint32_t, Followed*> by_source;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    auto owned = std::make_unique<Followed>();
    Followed* followed = owned.get();
    followed->source = static_cast<std::uint32_t>(reader->Unsigned());
    followed->path = reader->Text();
    followed->named = reader->Bool();
    reader->Bool();  // whether it was a file: told anew
    followed->identity.Load(reader);
    followed->previous.Load(reader);
    followed->size = reader->Unsigned();
    followed->read_at = reader->Signed();
    followed->written_at = reader->Signed();
    followed->time = reader->Signed();
    followed->settled = reader->Bool();
    followed->scopes_ended = reader->Bool();
    if (!by_source.emplace(followed->source, followed).second) reader->Fail();
    followed_.push_back(std::move(owned));
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t device = reader->Unsigned();
    done_.emplace(device, reader->Unsigned());
  }
  const bool loaded =
      reader->ok() && engine_->Load(reader,
                                    [&](std::uint32_t source, const std::string&,
                                        std::uint64_t position) -> std::unique_ptr<ByteSource> {
                                      const auto it = by_source.find(source);
                                      if (it == by_source.end()) return nullptr;
                                      std::unique_ptr<LiveFile> file = Reopen(it->second, position);
                                      it->second->file = file.get();
                                      if (file != nullptr) it->second->descriptor = file->descriptor();
                                      return file;
                                    });
  if (!loaded) return false;
  std::erase_if(followed_, [](const auto& followed) { return followed->file == nullptr; });
  return true;
}

}  // namespace faultline::runtime
