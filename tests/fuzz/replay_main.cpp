// Runs a fuzz target without libFuzzer: over files, over folders, and over mutations of them.
//
//   NAME_replay PATH… [-random COUNT SEED]
//
// The mutations depend on the seed and the inputs alone, so that a failure can be had again. Before each
// mutated input runs, it is written to `replay.crash` in the current folder, which is removed at the end:
// after a crash the input lies there.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

void RunOne(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

void Load(const fs::path& path, std::vector<std::string>* inputs) {
  std::vector<fs::path> files;
  if (fs::is_directory(path)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
  } else {
    files.push_back(path);
  }
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs->emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
}

// One to four small changes: a byte set, inserted or removed, a piece repeated, a piece of another input put
// in.
std::string Mutate(std::string input, const std::vector<std::string>& inputs, std::mt19937_64& random) {
  auto below = [&random](size_t limit) { return static_cast<size_t>(random() % limit); };
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    const size_t at = below(input.size() + 1);
    switch (below(5)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(below(256));
        break;
      case 1:
        input.insert(at, 1, static_cast<char>(below(2) == 0 ? below(256) : ' ' + below(95)));
        break;
      case 2:
        input.erase(at, 1 + below(8));
        break;
      case 3:
        input.insert(at, input.substr(below(input.size() + 1), 1 + below(16)));
        break;
      default: {
        const std::string& other = inputs[below(inputs.size())];
        input.insert(at, other.substr(below(other.size() + 1), 1 + below(32)));
        break;
      }
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> inputs;
  uint64_t count = 0;
  uint64_t seed = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "-random" && i + 2 < argc) {
      count = std::strtoull(argv[++i], nullptr, 10);
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      Load(argv[i], &inputs);
    }
  }
  for (const std::string& input : inputs) RunOne(input);
  if (inputs.empty()) inputs.emplace_back();
  std::mt19937_64 random(seed);
  for (uint64_t i = 0; i < count; ++i) {
    const std::string input = Mutate(inputs[random() % inputs.size()], inputs, random);
    std::ofstream("replay.crash", std::ios::binary) << input;
    RunOne(input);
  }
  std::error_code ignored;
  if (count > 0) fs::remove("replay.crash", ignored);
  std::printf("%zu inputs and %llu mutations of them ran\n", inputs.size(),
              static_cast<unsigned long long>(count));
  return 0;
}
