// From the names on the command line to inputs that can be opened: files, folders, "-".
//
// Folders are walked recursively, in byte order of the paths, so that the same tree gives the same order
// everywhere. Names that begin with a dot are skipped; links to files are followed, links to folders are not
// (loops); a file that can be reached by two names inside one folder argument is read once; sockets and
// devices are skipped. A file that was found in a folder and is not text is left out with an error value that
// is no failure; a file that was named is read whatever it holds.
//
// Thread safety: free functions without shared state.
#ifndef FAULTLINE_RUNTIME_INPUT_FILES_H_
#define FAULTLINE_RUNTIME_INPUT_FILES_H_

#include "runtime/input/byte_source.h"
#include "runtime/input/error.h"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

struct InputFile {
  std::string path;          // "-" is standard input
  bool from_folder = false;  // found by walking, not named
};

struct InputList {
  std::vector<InputFile> files;    // in the order of the arguments
  std::vector<InputError> errors;  // missing files, unreadable folders
};

// O(files * log files).
InputList FindInputs(const std::vector<std::string>& arguments);

// Opens and sets up decoding. Null with *error filled when there is nothing to read. A regular file is read
// up to the size it had when it was opened, so that a log which grows as fast as it is read still ends.
std::unique_ptr<ByteSource> OpenInput(const InputFile& file, InputError* error,
                                      const std::atomic<bool>* stop = nullptr);

// True for bytes that no log would hold: more than one in ten is a control character or part of invalid
// UTF-8, NULs (which rotation leaves in logs) not counted; or nothing but NULs.
bool LooksBinary(std::string_view head);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_INPUT_FILES_H_
