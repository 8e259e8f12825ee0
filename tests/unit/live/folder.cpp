// A scratch folder: see folder.h.
#include "folder.h"

#include "ir/interp/interp.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace faultline::runtime::testing {

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "faultline-live-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Folder::Append(const std::string& name, const std::string& text) const {
  std::ofstream(Path(name), std::ios::app | std::ios::binary) << text;
}

void Folder::Put(const std::string& name, const std::string& text) const {
  std::ofstream(Path(name), std::ios::trunc | std::ios::binary) << text;
}

void Folder::Rename(const std::string& from, const std::string& to) const {
  std::filesystem::rename(Path(from), Path(to));
}

void Folder::Remove(const std::string& name) const {
  std::filesystem::remove(Path(name));
}

std::string Folder::Read(const std::string& name) const {
  std::ifstream file(Path(name), std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Live::Live(std::shared_ptr<const ir::Module> module, std::vector<std::string> inputs)
    : module_(std::move(module)),
      program_(ir::MakeInterpreter(module_)),
      inputs_(std::move(inputs)),
      // Not before the files of the test are written, so that these are not of the future.
      now_((static_cast<std::int64_t>(std::time(nullptr)) + 1000) * kSecond) {
  Make();
}

void Live::Make() {
  engine_ = std::make_unique<Engine>(program_, EngineOptions{});
  engine_->AddSink(&sink_);
  LiveOptions options;
  for (const std::string& input : inputs_) options.inputs.push_back({input, ""});
  options.clock = [this] { return now_; };
  options.use_inotify = false;
  options.rescan = 0;
  options.say = [this](const InputError& error) {
    said_ += std::filesystem::path(error.path).filename().string() + ": " + error.message + "\n";
  };
  live_ = std::make_unique<LiveRun>(engine_.get(), std::move(options));
}

void Live::Steps() {
  while (live_->Step()) {
  }
  live_->Step();
}

void Live::Pass(int seconds) {
  for (int i = 0; i < seconds; ++i) {
    now_ += kSecond;
    Steps();
  }
}

void Live::StopAndGoOn() {
  REQUIRE(live_->CanSave());
  snapshot::Writer writer;
  live_->Save(&writer);
  live_.reset();
  Make();
  snapshot::Reader reader(writer.bytes());
  REQUIRE(live_->Load(&reader));
  CHECK(reader.empty());
}

void Live::Finish(bool interrupted) {
  live_->Finish(interrupted);
  engine_->Finish();
}

std::string Live::Text() {
  RunResult result;
  result.findings = std::exchange(sink_.findings, {});
  return result.Text();
}

std::string Live::Notices() {
  return std::exchange(said_, {});
}

}  // namespace faultline::runtime::testing
