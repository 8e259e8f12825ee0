// The program `faultline`: parses the command line and calls the verb. Nothing else happens here, except that
// a fault of ours ends with a message that says how to report it.
#include "tools/cli/console.h"
#include "tools/cli/options.h"
#include "tools/cli/verbs.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <fmt/format.h>
#include <new>

namespace faultline::cli {

int WorstExit(int a, int b) {
  auto rank = [](int code) {
    switch (code) {
      case kFault:
        return 5;
      case kInterrupted:
        return 4;
      case kUsage:
        return 3;
      case kInput:
        return 2;
      case kFindings:
        return 1;
      default:
        return 0;
    }
  };
  return rank(a) >= rank(b) ? a : b;
}

namespace {

int Dispatch(const Options& options) {
  switch (options.verb) {
    case Verb::kNone:
      return kUsage;
    case Verb::kRun:
      return RunVerb(options);
    case Verb::kLearn:
      return LearnVerb(options);
    case Verb::kHistory:
      return HistoryVerb(options);
    case Verb::kCheck:
      return CheckVerb(options);
    case Verb::kFmt:
      return FmtVerb(options);
    case Verb::kList:
      return ListVerb(options);
    case Verb::kConfig:
      return ConfigVerb(options);
    case Verb::kTest:
      return TestVerb(options);
    case Verb::kExplain:
      return ExplainVerb(options);
    case Verb::kRepl:
      return ReplVerb(options);
    case Verb::kCompletion:
      Out().Write(CompletionScript(options.subject));
      return kOk;
  }
  return kUsage;
}

int Fault(const char* what) {
  std::fflush(stdout);
  std::fprintf(stderr,
               "faultline: this is a fault of ours, not of your rules or logs: %s\n"
               "faultline: version %s; please report it with the command line and, if you can, the input\n",
               what, FAULTLINE_VERSION);
  return kFault;
}

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const ParsedOptions parsed = ParseOptions(argc, argv);
  if (parsed.exit_code) {
    std::fputs(parsed.message.c_str(), parsed.message_is_error ? stderr : stdout);
    return *parsed.exit_code;
  }
  int code = Dispatch(parsed.options);
  Out().Flush();
  if (Out().failed()) {
    std::fprintf(stderr, "faultline: standard output: %s\n", Out().why().c_str());
    code = WorstExit(code, kInput);
  }
  return code;
}

}  // namespace
}  // namespace faultline::cli

int main(int argc, char** argv) {
  try {
    return faultline::cli::Main(argc, argv);
  } catch (const std::bad_alloc&) {
    return faultline::cli::Fault("memory ran out");
  } catch (const std::exception& error) {
    return faultline::cli::Fault(error.what());
  } catch (...) {
    return faultline::cli::Fault("an unknown exception");
  }
}
