#include "email/core/compose_mail.h"

#include <gmime/gmime.h>
#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "email/core/addresses.h"
#include "email/core/ascii.h"
#include "email/core/native_id.h"
#include "email/core/reply_route.h"

namespace hark::email {
namespace {

constexpr std::size_t kHeaderBytesMax = 4000;  // of one value; a subject of a page is a mistake
constexpr std::size_t kRecipientsMax = 100;    // of To and Cc each

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void start_gmime() { [[maybe_unused]] static const bool ready = (g_mime_init(), true); }

Error refused(Reason reason, std::string message) {
  return Error{Code::kInvalidArgument, reason, "the mail cannot be written: " + std::move(message)};
}

// A line end in a value would begin a header of the writer's choice.
Status check_value(std::string_view field, std::string_view value) {
  if (value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos) {
    return refused(Reason::kInvalidField,
                   std::string{field} + " holds a line end or a NUL byte; send it without");
  }
  if (value.size() > kHeaderBytesMax) {
    return refused(Reason::kInvalidField, std::string{field} + " is longer than " +
                                              std::to_string(kHeaderBytesMax) + " bytes; shorten it");
  }
  return {};
}

Status check_id(std::string_view field, std::string_view id) {
  constexpr std::size_t kIdBytesMax = 900;  // leaves room for the name of the field in a line of 998
  const bool clean =
      std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F && c != '<' && c != '>'; });
  if (id.empty() || id.size() > kIdBytesMax || !clean) {
    return refused(Reason::kInvalidField,
                   std::string{field} + " is no message id: \"" + std::string{id.substr(0, 100)} + '"');
  }
  return {};
}

// The address with its domain in ASCII (UTS #46).
Result<std::string> wire_address(std::string_view field, const std::string& address) {
  const auto bad = [&](std::string_view why) {
    return refused(Reason::kAddressInvalid,
                   std::string{field} + " " + std::string{why} + ": \"" + address.substr(0, 254) + '"');
  };
  if (!is_mail_address(address)) return bad("is no address");
  if (is_ascii(address)) return address;
  const std::size_t sign = address.rfind('@');
  if (!is_ascii(std::string_view{address}.substr(0, sign)))
    return bad("has a part before the @ that is not ASCII");
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UIDNA, decltype(&uidna_close)> idna{
      uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &status), &uidna_close};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::array<char, 256> ascii;
  const std::string domain = address.substr(sign + 1);
  const std::int32_t size =
      uidna_nameToASCII_UTF8(idna.get(), domain.data(), static_cast<std::int32_t>(domain.size()),
                             ascii.data(), ascii.size(), &info, &status);
  if (U_FAILURE(status) || info.errors != 0) return bad("has a domain that does not exist in ASCII");
  return address.substr(0, sign + 1) + std::string{ascii.data(), static_cast<std::size_t>(size)};
}

// Headers that compose_mail writes itself, or that the MIME structure does.
bool is_reserved(std::string_view name) {
  for (const std::string_view each : {"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id",
                                      "in-reply-to", "references", "mime-version", "sender", "return-path"}) {
    if (ascii_iequals(name, each)) return true;
  }
  return ascii_istarts_with(name, "content-");
}

Status check_extra(const HeaderField& field) {
  constexpr std::size_t kNameBytesMax = 70;
  const bool printable =
      std::ranges::all_of(field.name, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
  if (field.name.empty() || field.name.size() > kNameBytesMax || !printable) {
    return refused(Reason::kInvalidField, "\"" + field.name.substr(0, 100) + "\" is no header name");
  }
  if (is_reserved(field.name)) {
    return refused(Reason::kInvalidField,
                   "the header " + field.name + " has a field of its own and cannot be given as extra");
  }
  return check_value(field.name, field.value);
}

class Composer {
 public:
  explicit Composer(const OutgoingMail& mail) : mail_{mail}, message_{g_mime_message_new(TRUE)} {}

  Result<std::string> run() {
    HARK_TRY_VOID(check());
    HARK_TRY_VOID(write_addresses());
    write_fields();
    const Owned<GMimeObject> body = whole_body();
    g_mime_message_set_mime_part(message_.get(), body.get());
    std::string bytes = serialised();
    HARK_TRY_VOID(check_lines(bytes));
    return bytes;
  }

 private:
  Status check() const {
    if (mail_.date_ms <= 0) return refused(Reason::kInvalidField, "it has no date");
    HARK_TRY_VOID(check_id("Message-ID", mail_.message_id));
    HARK_TRY_VOID(check_value("Subject", mail_.subject));
    if (!mail_.in_reply_to.empty()) HARK_TRY_VOID(check_id("In-Reply-To", mail_.in_reply_to));
    for (const auto& id : mail_.references) HARK_TRY_VOID(check_id("References", id));
    for (const auto& field : mail_.extra_headers) HARK_TRY_VOID(check_extra(field));
    for (const auto& file : mail_.attachments) {
      HARK_TRY_VOID(check_value("a file name", file.file_name));
      HARK_TRY_VOID(check_value("a content type", file.content_type));
      if (!file.content_id.empty()) HARK_TRY_VOID(check_id("Content-ID", file.content_id));
    }
    if (mail_.to.empty() && mail_.cc.empty()) return refused(Reason::kAddressInvalid, "it goes to nobody");
    return {};
  }

  // Texts are wrapped by their encoding; only a word without a blank in a header can be too long to fold.
  static Status check_lines(std::string_view bytes) {
    constexpr std::size_t kLineBytesMax = 998;  // RFC 5322 §2.1.1
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
      if (end - at > kLineBytesMax + 1) {
        return refused(Reason::kInvalidField, "a line that begins with \"" +
                                                  std::string{bytes.substr(at, 60)} +
                                                  "\" is longer than 998 bytes; shorten its words");
      }
      at = end + 1;
    }
    return {};
  }

  Status write_addresses() {
    HARK_TRY_VOID(write_list(GMIME_ADDRESS_TYPE_FROM, "From", {mail_.from}));
    HARK_TRY_VOID(write_list(GMIME_ADDRESS_TYPE_TO, "To", mail_.to));
    HARK_TRY_VOID(write_list(GMIME_ADDRESS_TYPE_CC, "Cc", mail_.cc));
    return write_list(GMIME_ADDRESS_TYPE_REPLY_TO, "Reply-To", mail_.reply_to);
  }

  Status write_list(GMimeAddressType type, std::string_view field, const std::vector<Mailbox>& mailboxes) {
    if (mailboxes.size() > kRecipientsMax) {
      return refused(Reason::kInvalidField, std::string{field} + " names more than " +
                                                std::to_string(kRecipientsMax) + " mailboxes");
    }
    InternetAddressList* list = g_mime_message_get_addresses(message_.get(), type);
    for (const auto& each : mailboxes) {
      HARK_TRY_VOID(check_value(field, each.name));
      HARK_TRY(const std::string address, wire_address(field, each.address));
      const Owned<InternetAddress> one{
          internet_address_mailbox_new(each.name.empty() ? nullptr : each.name.c_str(), address.c_str())};
      internet_address_set_charset(one.get(), "utf-8");
      internet_address_list_add(list, one.get());
    }
    return {};
  }

  void write_fields() {
    g_mime_message_set_subject(message_.get(), mail_.subject.c_str(), "utf-8");
    GDateTime* date = g_date_time_new_from_unix_utc(mail_.date_ms / 1000);
    g_mime_message_set_date(message_.get(), date);
    g_date_time_unref(date);
    g_mime_message_set_message_id(message_.get(), mail_.message_id.c_str());
    if (!mail_.in_reply_to.empty()) set("In-Reply-To", "<" + mail_.in_reply_to + ">");
    std::string chain;
    for (const auto& id : capped_references(mail_.references))
      chain += (chain.empty() ? "<" : " <") + id + ">";
    if (!chain.empty()) set("References", chain);
    for (const auto& field : mail_.extra_headers) {
      g_mime_object_append_header(GMIME_OBJECT(message_.get()), field.name.c_str(), field.value.c_str(),
                                  "utf-8");
    }
    set("MIME-Version", "1.0");
  }

  void set(const char* name, const std::string& value) {
    g_mime_object_set_header(GMIME_OBJECT(message_.get()), name, value.c_str(), "utf-8");
  }

  // mixed(related(alternative(text, html), images), files); each level only if it has more than one part.
  Owned<GMimeObject> whole_body() {
    Owned<GMimeObject> body = text_part(mail_.text, "plain");
    if (!mail_.html.empty()) {
      Owned<GMimeMultipart> both = multipart("alternative");
      g_mime_multipart_add(both.get(), body.get());
      g_mime_multipart_add(both.get(), text_part(mail_.html, "html").get());
      body.reset(GMIME_OBJECT(both.release()));
    }
    const bool shows = !mail_.html.empty();
    body = with_files(std::move(body), "related",
                      [shows](const auto& f) { return shows && f.is_inline && !f.content_id.empty(); });
    return with_files(std::move(body), "mixed",
                      [shows](const auto& f) { return !shows || !f.is_inline || f.content_id.empty(); });
  }

  template <class Belongs>
  Owned<GMimeObject> with_files(Owned<GMimeObject> body, const char* kind, Belongs belongs) {
    if (std::ranges::none_of(mail_.attachments, belongs)) return body;
    Owned<GMimeMultipart> parts = multipart(kind);
    g_mime_multipart_add(parts.get(), body.get());
    for (const auto& file : mail_.attachments) {
      if (belongs(file)) g_mime_multipart_add(parts.get(), file_part(file).get());
    }
    return Owned<GMimeObject>{GMIME_OBJECT(parts.release())};
  }

  // "=_" cannot stand in quoted-printable nor in base64, so no content ends a part early, and nothing is
  // random.
  Owned<GMimeMultipart> multipart(const char* kind) {
    Owned<GMimeMultipart> parts{g_mime_multipart_new_with_subtype(kind)};
    // The hash of the id; it has nothing to do with a native id but its alphabet.
    const std::string boundary = "=_" + native_id(mail_.message_id, "") + "_" + std::to_string(++multiparts_);
    g_mime_multipart_set_boundary(parts.get(), boundary.c_str());
    return parts;
  }

  static Owned<GMimeObject> text_part(const std::string& text, const char* subtype) {
    std::string lines;
    lines.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
      if (text[i] != '\0') lines += text[i];
    }
    if (!lines.ends_with('\n')) lines += '\n';
    Owned<GMimePart> part{g_mime_part_new_with_type("text", subtype)};
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
    put_content(part.get(), lines, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return Owned<GMimeObject>{GMIME_OBJECT(part.release())};
  }

  static Owned<GMimeObject> file_part(const MailAttachment& file) {
    Owned<GMimePart> part{g_mime_part_new()};
    GMimeContentType* type = g_mime_content_type_parse(nullptr, file.content_type.c_str());
    // An embedded mail must not be encoded (RFC 2046 §5.2.1), and a multipart cannot: both go as files.
    const bool plain = type != nullptr && !g_mime_content_type_is_type(type, "message", "*") &&
                       !g_mime_content_type_is_type(type, "multipart", "*");
    const Owned<GMimeContentType> written{
        plain ? g_mime_content_type_new(g_mime_content_type_get_media_type(type),
                                        g_mime_content_type_get_media_subtype(type))
              : g_mime_content_type_new("application", "octet-stream")};
    if (type != nullptr) g_object_unref(type);
    g_mime_object_set_content_type(GMIME_OBJECT(part.get()), written.get());
    const bool shown = file.is_inline && !file.content_id.empty();
    g_mime_object_set_disposition(GMIME_OBJECT(part.get()), shown ? "inline" : "attachment");
    if (!file.file_name.empty()) g_mime_part_set_filename(part.get(), file.file_name.c_str());
    if (!file.content_id.empty()) g_mime_part_set_content_id(part.get(), file.content_id.c_str());
    put_content(part.get(), file.content, GMIME_CONTENT_ENCODING_BASE64);
    return Owned<GMimeObject>{GMIME_OBJECT(part.release())};
  }

  static void put_content(GMimePart* part, const std::string& bytes, GMimeContentEncoding encoding) {
    const Owned<GMimeStream> stream{g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size())};
    const Owned<GMimeDataWrapper> content{
        g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT)};
    g_mime_part_set_content(part, content.get());
    g_mime_part_set_content_encoding(part, encoding);
  }

  std::string serialised() {
    GMimeFormatOptions* options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    g_mime_format_options_set_param_encoding_method(options, GMIME_PARAM_ENCODING_METHOD_RFC2231);
    const Owned<GMimeStream> stream{g_mime_stream_mem_new()};
    g_mime_object_write_to_stream(GMIME_OBJECT(message_.get()), options, stream.get());
    g_mime_format_options_free(options);
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
    return std::string{reinterpret_cast<const char*>(bytes->data), bytes->len};
  }

  const OutgoingMail& mail_;
  Owned<GMimeMessage> message_;
  int multiparts_ = 0;
};

}  // namespace

Result<std::string> compose_mail(const OutgoingMail& mail) {
  start_gmime();
  return Composer{mail}.run();
}

}  // namespace hark::email
