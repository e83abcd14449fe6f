/* mlsysim lsp: a language server on the standard streams, for editors that speak the Language
   Server Protocol. What it knows of sheets is in lsp_sheet.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "lsp.h"

enum { HEADER_MOST = 4096, MESSAGE_MOST = 1 << 28 };

struct server {
  const struct options *options;
  struct sheet *sheets;
  bool stopping; /* shutdown was asked for */
  bool ended;
};

/* ---- messages in ---- */

/* The length that the header says; 0 at the end of the input or when it says none. */
static size_t read_header(void) {
  static const char name[] = "content-length:";
  char line[HEADER_MOST];
  size_t length = 0;
  while (fgets(line, sizeof line, stdin)) {
    if (line[0] == '\r' || line[0] == '\n') return length <= MESSAGE_MOST ? length : 0;
    size_t at = 0;
    for (; name[at]; at++) {
      char c = line[at] >= 'A' && line[at] <= 'Z' ? (char)(line[at] + 32) : line[at];
      if (c != name[at]) break;
    }
    if (!name[at]) length = (size_t)strtoul(line + at, NULL, 10);
  }
  return 0;
}

/* One message, ended by 0; NULL at the end. */
static char *read_message(size_t *size) {
  *size = read_header();
  char *bytes = *size ? malloc(*size + 1) : NULL;
  if (!bytes) return NULL;
  if (fread(bytes, 1, *size, stdin) != *size) {
    free(bytes);
    return NULL;
  }
  bytes[*size] = 0;
  return bytes;
}

/* ---- messages out ---- */

static void begin_reply(struct out *out, const struct in *message) {
  const struct in *id = in_find(message, "id");
  out_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
  if (id && id->kind == IN_TEXT) out_quoted(out, id->text, id->size);
  else if (id && id->kind == IN_NUMBER) out_add(out, id->text, id->size);
  else out_text(out, "null");
}

static bool reply_error(const struct in *message, const char *code, const char *text) {
  struct out out = { .bytes = NULL };
  begin_reply(&out, message);
  out_text(&out, ",\"error\":{\"code\":");
  out_text(&out, code);
  out_text(&out, ",\"message\":");
  out_quoted(&out, text, strlen(text));
  out_text(&out, "}}");
  return out_send(&out);
}

static bool publish(const char *uri, struct out *diagnostics) {
  struct out out = { .bytes = NULL };
  out_text(&out, "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":"
                 "{\"uri\":");
  out_quoted(&out, uri, strlen(uri));
  out_text(&out, ",\"diagnostics\":[");
  out_add(&out, diagnostics->bytes, diagnostics->size);
  out_text(&out, "]}}");
  out.failed = out.failed || diagnostics->failed;
  free(diagnostics->bytes);
  return out_send(&out);
}

/* ---- sheets ---- */

static struct sheet *find_sheet(struct server *server, const struct in *message) {
  const char *uri = in_text(message, "params.textDocument.uri");
  struct sheet *sheet = server->sheets;
  while (sheet && strcmp(sheet->uri, uri) != 0) sheet = sheet->next;
  return sheet;
}

static struct sheet *make_sheet(struct server *server, const char *uri) {
  struct sheet *sheet = calloc(1, sizeof *sheet);
  if (!sheet) return NULL;
  sheet->uri = malloc(strlen(uri) + 1);
  sheet->path = path_of_uri(uri);
  if (!sheet->uri) {
    sheet_free(sheet);
    return NULL;
  }
  memcpy(sheet->uri, uri, strlen(uri) + 1);
  sheet->next = server->sheets;
  server->sheets = sheet;
  return sheet;
}

static bool update(struct server *server, const struct in *message, const struct in *text) {
  struct out diagnostics = { .bytes = NULL };
  struct sheet *sheet = find_sheet(server, message);
  if (!sheet) sheet = make_sheet(server, in_text(message, "params.textDocument.uri"));
  if (!sheet || !text || text->kind != IN_TEXT) return true;
  if (!sheet_update(sheet, server->options, text->text, text->size, &diagnostics))
    diagnostics.failed = true;
  return publish(sheet->uri, &diagnostics);
}

static bool did_open(struct server *server, const struct in *message) {
  return update(server, message, in_find(message, "params.textDocument.text"));
}

/* The whole text comes, as the capabilities ask; the last one counts. */
static bool did_change(struct server *server, const struct in *message) {
  const struct in *changes = in_find(message, "params.contentChanges");
  const struct in *last = changes && changes->kind == IN_LIST ? changes->child : NULL;
  while (last && last->next) last = last->next;
  return update(server, message, in_find(last, "text"));
}

static bool did_close(struct server *server, const struct in *message) {
  struct out none = { .bytes = NULL };
  struct sheet *sheet = find_sheet(server, message), **at = &server->sheets;
  if (!sheet) return true;
  while (*at != sheet) at = &(*at)->next;
  *at = sheet->next;
  bool good = publish(sheet->uri, &none);
  sheet_free(sheet);
  return good;
}

/* ---- requests ---- */

static void initialize(struct out *out) {
  out_text(out, "{\"capabilities\":{\"positionEncoding\":\"utf-16\","
                "\"textDocumentSync\":{\"openClose\":true,\"change\":1},"
                "\"hoverProvider\":true,\"definitionProvider\":true,"
                "\"completionProvider\":{\"triggerCharacters\":[\".\",\"@\",\"[\"]},"
                "\"documentFormattingProvider\":true},"
                "\"serverInfo\":{\"name\":\"mlsysim\",\"version\":");
  out_quoted(out, mls_version(), strlen(mls_version()));
  out_text(out, "}}");
}

typedef void (*at_place)(struct sheet *sheet, size_t line, size_t unit, struct out *out);

static const struct {
  const char *method;
  at_place work;
} places[] = {
  { "textDocument/hover", sheet_hover },
  { "textDocument/definition", sheet_definition },
  { "textDocument/completion", sheet_complete },
};

/* The result of a request; false when there is no such one. */
static bool answer(struct server *server, const struct in *message, const char *method,
                   struct out *out) {
  struct sheet *sheet = find_sheet(server, message);
  size_t line = in_count(message, "params.position.line");
  size_t unit = in_count(message, "params.position.character");
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    if (strcmp(method, places[i].method) != 0) continue;
    if (sheet) places[i].work(sheet, line, unit, out);
    else out_text(out, "null");
    return true;
  }
  if (strcmp(method, "textDocument/formatting") == 0) {
    if (sheet) sheet_format(sheet, server->options, out);
    else out_text(out, "null");
  } else if (strcmp(method, "initialize") == 0) {
    initialize(out);
  } else if (strcmp(method, "shutdown") == 0) {
    server->stopping = true;
    out_text(out, "null");
  } else {
    return false;
  }
  return true;
}

static bool request(struct server *server, const struct in *message, const char *method) {
  struct out out = { .bytes = NULL };
  begin_reply(&out, message);
  out_text(&out, ",\"result\":");
  if (answer(server, message, method, &out)) {
    out_text(&out, "}");
    return out_send(&out);
  }
  free(out.bytes);
  return reply_error(message, "-32601", "there is no such method");
}

static bool notify(struct server *server, const struct in *message, const char *method) {
  if (strcmp(method, "exit") == 0) server->ended = true;
  if (strcmp(method, "textDocument/didOpen") == 0) return did_open(server, message);
  if (strcmp(method, "textDocument/didChange") == 0) return did_change(server, message);
  if (strcmp(method, "textDocument/didClose") == 0) return did_close(server, message);
  return true;
}

/* False when nobody reads any more. */
static bool handle(struct server *server, char *bytes, size_t size) {
  struct in *root = in_parse(bytes, size);
  const struct in *message = root ? root->child : NULL;
  const char *method = in_text(message, "method");
  bool good;
  if (!root) good = reply_error(NULL, "-32700", "the message is no JSON");
  else if (!*method) good = true; /* an answer to a request of ours: there are none */
  else if (in_find(message, "id")) good = request(server, message, method);
  else good = notify(server, message, method);
  in_free(root);
  return good;
}

int command_lsp(const struct options *options) {
  struct server server = { .options = options };
  size_t size;
  for (char *bytes; !server.ended && (bytes = read_message(&size));) {
    if (!handle(&server, bytes, size)) server.ended = true;
    free(bytes);
  }
  while (server.sheets) {
    struct sheet *next = server.sheets->next;
    sheet_free(server.sheets);
    server.sheets = next;
  }
  return server.stopping ? DONE : BAD_INPUT;
}
