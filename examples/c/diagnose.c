/* What a log says, as `faultline run -o json` prints it, by way of the C interface.
 *
 *   diagnose LOG                        with the stock rules
 *   diagnose -r RULES LOG               with a rule file or a folder of them, and the stock formats
 *   diagnose -r RULES -s BYTES LOG      the run is saved and begun again after so many bytes
 *
 *   cc -std=c99 diagnose.c $(pkg-config --cflags --libs libfaultline) -o diagnose
 */
#include <faultline.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Says what went wrong with the interface's own words. */
static int failed(const char *doing) {
  fprintf(stderr, "diagnose: %s: %s\n", doing, faultline_error_message());
  return 2;
}

static faultline_rules *compile(const char *path) {
  faultline_compiler *compiler = NULL;
  faultline_rules *rules = NULL;
  faultline_status status = faultline_compiler_create(&compiler);
  if (status == FAULTLINE_OK) {
    status = path == NULL ? faultline_compiler_add_pack(compiler, "stdlib")
                          : faultline_compiler_add_path(compiler, path);
  }
  if (status == FAULTLINE_OK) status = faultline_compile(compiler, NULL, &rules);
  faultline_compiler_destroy(compiler);
  if (status == FAULTLINE_OK) return rules;
  failed("rules");
  if (status == FAULTLINE_ERROR_RULES) {
    size_t i;
    for (i = 0; i < faultline_rules_diagnostic_count(rules); ++i) {
      faultline_diagnostic diagnostic;
      diagnostic.struct_size = sizeof diagnostic;
      if (faultline_rules_diagnostic(rules, i, &diagnostic) == FAULTLINE_OK) {
        fwrite(diagnostic.text.data, 1, diagnostic.text.size, stderr);
      }
    }
  }
  faultline_rules_destroy(rules);
  return NULL;
}

static void print_line(faultline_text text) {
  fwrite(text.data, 1, text.size, stdout);
  putchar('\n');
}

static void print_findings(faultline_run *run) {
  faultline_finding *finding = NULL;
  while (faultline_run_poll(run, &finding) == FAULTLINE_OK) {
    print_line(faultline_finding_json(finding));
    faultline_finding_destroy(finding);
  }
}

/* Another process might do the second half. */
static int save_and_restore(const faultline_rules *rules, const faultline_run_options *options,
                            faultline_run **run) {
  faultline_bytes *snapshot = NULL;
  faultline_text bytes;
  faultline_status status = faultline_run_save(*run, &snapshot);
  if (status != FAULTLINE_OK) return status;
  faultline_run_destroy(*run);
  bytes = faultline_bytes_get(snapshot);
  status = faultline_run_restore(rules, options, bytes.data, bytes.size, run);
  faultline_bytes_destroy(snapshot);
  return status;
}

int main(int argc, char **argv) {
  const char *rules_path = NULL;
  const char *log_path = NULL;
  long save_after = -1;
  long taken = 0;
  int code = 0;
  int i;
  char buffer[4096];
  FILE *log;
  faultline_rules *rules;
  faultline_run_options options;
  faultline_run *run = NULL;
  faultline_diagnoses *diagnoses = NULL;
  uint32_t source = 0;

  for (i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "-r") == 0 && i + 1 < argc) {
      rules_path = argv[++i];
    } else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
      save_after = atol(argv[++i]);
    } else {
      log_path = argv[i];
    }
  }
  if (log_path == NULL) {
    fprintf(stderr, "usage: diagnose [-r RULES] [-s BYTES] LOG\n");
    return 2;
  }
  if (faultline_abi_version() != FAULTLINE_ABI_VERSION) {
    fprintf(stderr, "diagnose: compiled for another libfaultline than %s\n", faultline_version());
    return 2;
  }
  log = fopen(log_path, "rb");
  if (log == NULL) {
    perror(log_path);
    return 3;
  }
  rules = compile(rules_path);
  if (rules == NULL) {
    fclose(log);
    return 2;
  }

  faultline_run_options_init(&options);
  options.engine = FAULTLINE_ENGINE_INTERP;
  if (faultline_run_create(rules, &options, &run) != FAULTLINE_OK ||
      faultline_run_begin_source(run, log_path, NULL, FAULTLINE_SOURCE_BYTES, &source) != FAULTLINE_OK) {
    code = failed("run");
  }
  while (code == 0) {
    size_t want = sizeof buffer;
    size_t got;
    if (save_after > taken && (size_t)(save_after - taken) < want) want = (size_t)(save_after - taken);
    got = fread(buffer, 1, want, log);
    if (got == 0) break;
    if (faultline_run_feed(run, source, buffer, got) != FAULTLINE_OK) code = failed("feed");
    taken += (long)got;
    if (code == 0 && taken == save_after && save_and_restore(rules, &options, &run) != FAULTLINE_OK) {
      code = failed("restore");
    }
    print_findings(run);
  }
  fclose(log);
  if (code == 0 && faultline_run_finish(run) != FAULTLINE_OK) code = failed("finish");
  if (code == 0) {
    size_t n;
    print_findings(run);
    if (faultline_run_diagnose(run, &diagnoses) != FAULTLINE_OK) code = failed("diagnose");
    for (n = 0; n < faultline_diagnoses_count(diagnoses); ++n) {
      faultline_finding *root = NULL;
      print_line(faultline_diagnoses_json(diagnoses, n));
      if (faultline_diagnoses_root(diagnoses, n, &root) == FAULTLINE_OK) {
        fprintf(stderr, "%.*s:%ld: %s\n", (int)faultline_finding_file(root).size, faultline_finding_file(root).data,
                (long)faultline_finding_line(root), faultline_finding_message(root).data);
        faultline_finding_destroy(root);
      }
    }
    for (n = 0; n < faultline_run_notice_count(run); ++n) {
      faultline_notice notice;
      notice.struct_size = sizeof notice;
      if (faultline_run_notice(run, n, &notice) == FAULTLINE_OK) {
        fprintf(stderr, "notice: %s: %s\n", notice.where.data, notice.message.data);
      }
    }
  }
  faultline_diagnoses_destroy(diagnoses);
  faultline_run_destroy(run);
  faultline_rules_destroy(rules);
  return code;
}
