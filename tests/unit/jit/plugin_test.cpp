// The plugin's life: missing, refused, loaded; programs dropped; the cache on disk.
#include "jit/loader/plugin.h"

#include "ir/builder.h"
#include "jit/loader/disk_cache.h"
#include "tests/unit/jit/support.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::jit::testing {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "faultline-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::shared_ptr<ir::Module> SmallModule(std::int64_t seed) {
  auto module = PatternModule({{"error (\\d+)", ""}});
  module->name = "small";
  ir::FunctionBuilder builder(module.get(), "add");
  builder.Finish(
      builder.Operation(lang::Opcode::add_int, {builder.Slot(0, lang::TypeKind::kInt), builder.Int(seed)}));
  return module;
}

std::int64_t CallAdd(const runtime::Program& program, std::int64_t n) {
  Arena arena;
  runtime::EvalContext context{&arena, 0, 0};
  Value slot = Value::Int(n);
  runtime::Frame frame;
  frame.slots = &slot;
  auto scratch = program.NewScratch();
  return program.Call(0, frame, context, *scratch).integer;
}

std::uint64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::vector<std::string> Files(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files.push_back(entry.path().string());
  }
  return files;
}

}  // namespace

TEST_CASE("a missing plugin is an error value", "[plugin]") {
  TemporaryDirectory empty;
  JitOptions options = Options();
  options.plugin_directory = empty.path();
  NativeResult result = MakeNativeProgram(SmallModule(1), options);
  CHECK(result.program == nullptr);
  CHECK(result.error == "libfaultline_jit.so is not in " + empty.path());
}

TEST_CASE("a file that is no plugin is an error value", "[plugin]") {
  TemporaryDirectory directory;
  std::ofstream(directory.path() + "/libfaultline_jit.so") << "not a library";
  JitOptions options = Options();
  options.plugin_directory = directory.path();
  NativeResult result = MakeNativeProgram(SmallModule(1), options);
  CHECK(result.program == nullptr);
  CHECK_FALSE(result.error.empty());
}

TEST_CASE("the plugin refuses a host of another version, layout or with other functions", "[plugin]") {
  std::string error;
  const OpenedPlugin* plugin = OpenPlugin(FAULTLINE_PLUGIN_DIRECTORY, &error);
  INFO(error);
  REQUIRE(plugin != nullptr);
  OpenFunction* open = plugin->open;
  auto refused = [&](std::uint32_t version, const JitHost& host) {
    JitPlugin out{};
    char message[256] = "";
    CHECK(open(version, &host, &out, message, sizeof message) != 0);
    return std::string(message);
  };
  CHECK(refused(kAbiVersion + 1, HostTable()) == "the program and the plugin are of different versions");
  JitHost host = HostTable();
  host.layout ^= 1;
  CHECK(refused(kAbiVersion, host) == "the program and the plugin are of different versions");
  host = HostTable();
  std::vector<HostFunction> functions(host.functions, host.functions + host.function_count);
  functions[0].signature ^= 1;
  host.functions = functions.data();
  CHECK(refused(kAbiVersion, host).find("has another signature") != std::string::npos);
  functions[0].signature ^= 1;
  functions[0].name = "faultline_op_other";
  CHECK(refused(kAbiVersion, host).find("does not offer") != std::string::npos);
}

TEST_CASE("programs can be dropped, and their memory comes back", "[plugin]") {
  std::uint64_t after_few = 0;
  for (int n = 0; n < 120; ++n) {
    auto program = Native(SmallModule(n), Options(0));
    CHECK(CallAdd(*program, 5) == 5 + n);
    if (n == 20) {
      after_few = ResidentBytes();
    }
  }
  std::uint64_t growth = ResidentBytes() > after_few ? ResidentBytes() - after_few : 0;
  WARN("resident memory grew by " << growth / 1024 << " KiB over 100 programs");
  // A program that stays costs its pages: at least 12 KiB of code, constants and table, and LLVM's books
  // beside them.
  // Sanitizers keep what was freed to see its use; what is lost the leak sanitizer tells.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(growth < 8u << 20);
#endif
}

TEST_CASE("several programs live beside each other", "[plugin]") {
  auto one = Native(SmallModule(1), Options(0));
  auto two = Native(SmallModule(2), Options(2));
  CHECK(CallAdd(*one, 10) == 11);
  CHECK(CallAdd(*two, 10) == 12);
  one.reset();
  CHECK(CallAdd(*two, 20) == 22);
}

TEST_CASE("objects are kept on disk and damaged ones are replaced", "[cache]") {
  TemporaryDirectory directory;
  JitOptions options = Options(1);
  options.use_cache = true;
  options.cache_directory = directory.path() + "/cache";
  auto make = [&](std::int64_t seed) {
    NativeResult result = MakeNativeProgram(SmallModule(seed), options);
    REQUIRE(result.error.empty());
    CHECK(CallAdd(*result.program, 1) == 1 + seed);
    return result.from_cache;
  };
  CHECK_FALSE(make(1));
  CHECK(make(1));
  CHECK_FALSE(make(2));  // other IR
  CHECK(make(1));
  options.optimisation = 0;
  CHECK_FALSE(make(1));  // another optimisation
  options.optimisation = 1;
  REQUIRE(Files(options.cache_directory).size() == 3);

  SECTION("a flipped bit") {
    for (const std::string& file : Files(options.cache_directory)) {
      std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(200);
      char byte = static_cast<char>(stream.get());
      stream.seekp(200);
      stream.put(static_cast<char>(byte ^ 4));
    }
    CHECK_FALSE(make(1));
    CHECK(make(1));
  }
  SECTION("a file cut short") {
    for (const std::string& file : Files(options.cache_directory)) {
      REQUIRE(truncate(file.c_str(), 100) == 0);
    }
    CHECK_FALSE(make(1));
    CHECK(make(1));
  }
  SECTION("an empty file") {
    for (const std::string& file : Files(options.cache_directory)) {
      REQUIRE(truncate(file.c_str(), 0) == 0);
    }
    CHECK_FALSE(make(1));
    CHECK(make(1));
  }
  SECTION("a file that others may write is not run") {
    for (const std::string& file : Files(options.cache_directory)) {
      REQUIRE(chmod(file.c_str(), 0666) == 0);
    }
    CHECK_FALSE(make(1));
  }
  SECTION("no cache") {
    options.use_cache = false;
    CHECK_FALSE(make(1));
  }
}

TEST_CASE("an entry under another's name does not pass", "[cache]") {
  TemporaryDirectory directory;
  DiskCache cache(directory.path(), 1 << 20);
  std::string a = DiskCache::Key("a");
  std::string b = DiskCache::Key("b");
  CHECK(a.size() == 32);
  CHECK(a != b);
  cache.Put(a, "object of a");
  CHECK(cache.Get(a) == "object of a");
  std::filesystem::copy_file(cache.PathOf(a), cache.PathOf(b));
  CHECK(cache.Get(b) == std::nullopt);
  CHECK(cache.Get(a) == "object of a");
}

TEST_CASE("the cache is bounded, and the longest unused entries go first", "[cache]") {
  TemporaryDirectory directory;
  DiskCache cache(directory.path(), 10'000);
  std::string object(1000, 'x');
  timespec old[2] = {{1000, 0}, {1000, 0}};
  for (int n = 0; n < 9; ++n) {
    std::string key = DiskCache::Key(std::to_string(n));
    cache.Put(key, object);
    old[0].tv_sec = old[1].tv_sec = 1000 + n;
    REQUIRE(utimensat(AT_FDCWD, cache.PathOf(key).c_str(), old, 0) == 0);
  }
  CHECK(cache.Get(DiskCache::Key("0")).has_value());  // used now
  cache.Put(DiskCache::Key("new"), object);
  CHECK(cache.Get(DiskCache::Key("0")).has_value());
  CHECK(cache.Get(DiskCache::Key("new")).has_value());
  CHECK_FALSE(cache.Get(DiskCache::Key("1")).has_value());
  CHECK(Files(directory.path()).size() <= 7);
}

TEST_CASE("a cache that cannot be written is no error", "[cache]") {
  JitOptions options = Options(0);
  options.use_cache = true;
  options.cache_directory = "/proc/no/such/folder";
  NativeResult result = MakeNativeProgram(SmallModule(3), options);
  CHECK(result.error.empty());
  CHECK_FALSE(result.from_cache);
}

TEST_CASE("a cancelled compilation is an error", "[plugin]") {
  JitOptions options = Options(2);
  options.cancelled = [] { return true; };
  NativeResult result = MakeNativeProgram(SmallModule(3), options);
  CHECK(result.program == nullptr);
  CHECK(result.error == "cancelled");
}

}  // namespace faultline::jit::testing
