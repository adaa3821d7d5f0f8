// Mails that others saved, against what their own tests expect of them. Run with HARK_SAMPLES naming the
// folder.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>

#include "base/core/file_name.h"
#include "base/core/utf8.h"
#include "email/core/ascii.h"
#include "email/core/charset.h"
#include "email/core/parse_mail.h"
#include "email/core/sample_json.h"
#include "email/core/samples_known.h"
#include "email/core/tnef.h"

namespace hark::email {
namespace {

namespace fs = std::filesystem;
using samples::Json;
using samples::JsonReader;

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string shortened(const std::string& text) {
  std::string out;
  for (const char c : text.substr(0, 100)) out += c == '\n' ? std::string{"\\n"} : std::string(1, c);
  return out + (text.size() > 100 ? "... (" + std::to_string(text.size()) + " bytes)" : "");
}

// Line ends in LF, none at the end.
std::string comparable(std::string text) {
  std::erase(text, '\r');
  while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
  return text;
}

std::string joined(const std::vector<Mailbox>& mailboxes) {
  std::string out;
  for (const auto& each : mailboxes) out += each.name + " <" + each.address + ">; ";
  return out;
}

class Samples : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HARK_SAMPLES");
    if (folder == nullptr) GTEST_SKIP() << "HARK_SAMPLES does not name the folder with sample mails";
    root_ = folder;
  }

  std::vector<fs::path> files(const std::string& folder, const std::set<std::string>& extensions) const {
    std::vector<fs::path> out;
    for (const auto& item : fs::recursive_directory_iterator(root_ / folder)) {
      if (item.is_regular_file() && extensions.contains(item.path().extension())) out.push_back(item.path());
    }
    std::ranges::sort(out);
    return out;
  }

  std::string name_of(const fs::path& path) const { return fs::relative(path, root_).string(); }

  // Every mail can be read, and what comes of it is clean.
  Mail parse(const fs::path& path) {
    auto mail = parse_mail(read_file(path));
    EXPECT_TRUE(mail.ok()) << path;
    if (!mail.ok()) return {};
    for (const auto& text : {mail->text, mail->html, mail->raw_html, mail->subject}) {
      EXPECT_TRUE(is_utf8(text)) << path;
      EXPECT_EQ(text.find('\0'), std::string::npos) << path;
    }
    for (const auto& file : mail->attachments) EXPECT_FALSE(file.file_name.empty()) << path;
    return *std::move(mail);
  }

  void compare(const fs::path& path, const std::string& field, const std::string& expected,
               const std::string& got) {
    if (expected == got) {
      ++matched_;
      return;
    }
    ++differed_;
    const auto known = std::ranges::find_if(samples::kKnownDifferences, [&](const auto& each) {
      return each.sample == name_of(path) && each.field == field;
    });
    const bool listed = known != std::end(samples::kKnownDifferences);
    std::cout << name_of(path) << " | " << field << " | expected " << shortened(expected) << " | got "
              << shortened(got) << " | " << (listed ? known->reason : "NOT LISTED") << '\n';
    EXPECT_TRUE(listed) << name_of(path) << ", " << field << ": expected " << shortened(expected) << ", got "
                        << shortened(got);
  }

  void expect_matches(std::size_t floor) const {
    std::cout << matched_ << " values match, " << differed_ << " differ\n";
    EXPECT_GE(matched_, floor);
  }

  fs::path root_;
  std::size_t matched_ = 0;
  std::size_t differed_ = 0;
};

// --- stalwart-mail-parser: the parsed structure as JSON ---

const Json& header_of(const Json& part, const std::string& name) {
  static const Json kNothing;
  for (const auto& header : part["headers"].array) {
    if (header["name"].string == name) return header["value"];
  }
  return kNothing;
}

std::string addresses_of(const Json& value) {
  std::string out;
  const auto add = [&out](const Json& list) {
    for (const auto& each : list.array) out += each["name"].string + " <" + each["address"].string + ">; ";
  };
  add(value["Address"]["List"]);
  for (const auto& group : value["Address"]["Group"].array) add(group["addresses"]);
  return out;
}

std::string file_name_of(const Json& part) {
  for (const auto& [header, parameter] :
       {std::pair{"content_disposition", "filename"}, {"content_type", "name"}}) {
    for (const auto& attribute : header_of(part, header)["ContentType"]["attributes"].array) {
      if (attribute["name"].string == parameter) return attribute["value"].string;
    }
  }
  return {};
}

std::optional<std::string> content_of(const Json& part) {
  for (const char* kind : {"Binary", "InlineBinary"}) {
    const Json& bytes = part["body"][kind];
    if (!bytes) continue;
    std::string out;
    for (const auto& byte : bytes.array) out += static_cast<char>(static_cast<unsigned char>(byte.number));
    return out;
  }
  return std::nullopt;
}

std::string date_of(const Json& value) {
  const Json& date = value["DateTime"];
  if (!date) return {};
  const auto number = [&date](const char* name) { return static_cast<int>(date[name].number); };
  const std::chrono::sys_days day{std::chrono::year{number("year")} / number("month") / number("day")};
  std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count();
  seconds += number("hour") * 3600 + number("minute") * 60 + number("second");
  const int zone = number("tz_hour") * 3600 + number("tz_minute") * 60;
  return std::to_string((seconds + (date["tz_before_gmt"].truth ? zone : -zone)) * 1000);
}

class Stalwart : public Samples {
 protected:
  void compare_headers(const fs::path& path, const Json& top, const Mail& mail) {
    if (const Json& value = header_of(top, "subject"))
      compare(path, "subject", value["Text"].string, mail.subject);
    if (const Json& value = header_of(top, "from"))
      compare(path, "from", addresses_of(value), joined(mail.from));
    if (const Json& value = header_of(top, "to")) compare(path, "to", addresses_of(value), joined(mail.to));
    if (const Json& value = header_of(top, "cc")) compare(path, "cc", addresses_of(value), joined(mail.cc));
    if (const Json& value = header_of(top, "message_id"))
      compare(path, "message id", value["Text"].string, mail.message_id);
    if (const Json& value = header_of(top, "date"))
      compare(path, "date", date_of(value), std::to_string(mail.date_ms));
  }

  void compare_bodies(const fs::path& path, const Json& expected, const Mail& mail) {
    std::string text;
    for (const auto& index : expected["text_body"].array) {
      const Json& body = expected["parts"].at(static_cast<std::size_t>(index.number))["body"];
      if (!body["Text"]) return compare_html(path, expected, mail);
      if (!text.empty() && !text.ends_with('\n')) text += '\n';
      text += comparable(body["Text"].string) + '\n';
    }
    compare(path, "text", comparable(text), comparable(mail.text));
    compare_html(path, expected, mail);
  }

  void compare_html(const fs::path& path, const Json& expected, const Mail& mail) {
    for (const auto& index : expected["html_body"].array) {
      const Json& body = expected["parts"].at(static_cast<std::size_t>(index.number))["body"];
      if (!body["Html"]) continue;
      const std::string html = comparable(body["Html"].string);
      const bool found = comparable(mail.raw_html).find(html) != std::string::npos;
      compare(path, "html", html, found ? html : mail.raw_html);
    }
  }

  void compare_attachments(const fs::path& path, const Json& expected, const Mail& mail) {
    std::size_t next = 0;
    const std::size_t count = mail.attachments.size() + mail.report_parts.size();
    compare(path, "attachments", std::to_string(expected["attachments"].array.size()), std::to_string(count));
    for (const auto& index : expected["attachments"].array) {
      const Json& part = expected["parts"].at(static_cast<std::size_t>(index.number));
      if (next >= mail.attachments.size()) return;
      const MailAttachment& file = mail.attachments[next++];
      const std::string number = " of attachment " + std::to_string(next);
      if (const std::string name = file_name_of(part); !name.empty()) {
        compare(path, "name" + number, safe_file_name(name), file.file_name);
      }
      // The expected values were made from the mails with LF line ends.
      if (const auto content = content_of(part)) {
        const bool same = comparable(*content) == comparable(file.content);
        compare(path, "content" + number, *content, same ? *content : file.content);
      }
    }
  }
};

TEST_F(Stalwart, ReadsTheseMailsAsTheirOwnParserDoes) {
  for (const auto& path : files("stalwart-mail-parser", {".eml"})) {
    const Mail mail = parse(path);
    const fs::path beside = path.parent_path() / (path.stem().string() + ".expected.json");
    if (!fs::exists(beside)) continue;
    const std::string source = read_file(beside);
    const Json expected = JsonReader{source}.read();
    compare_headers(path, expected["parts"].at(0), mail);
    compare_bodies(path, expected, mail);
    compare_attachments(path, expected, mail);
  }
  expect_matches(samples::kStalwartMatchesMin);
}

// --- ruby-mail: lines of its specs, those that have the form expect(mail.<field>).to eq <value> ---

// 'a', "a", ["a", 'b'], 5
std::optional<std::string> ruby_value(std::string_view text) {
  text = ascii_trimmed(text);
  if (!text.empty() && text.front() == '[' && text.back() == ']') {
    std::string out;
    for (text = text.substr(1, text.size() - 2); !ascii_trimmed(text).empty();) {
      const std::size_t comma = text.find(',');
      const auto item = ruby_value(text.substr(0, comma));
      if (!item) return std::nullopt;
      out += *item + "; ";
      text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return out;
  }
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front()) {
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      const bool newline = text.front() == '"' && text.substr(i, 2) == "\\n";
      out += newline ? '\n' : text[i];
      i += newline ? 1 : 0;
    }
    return out;
  }
  const bool number = !text.empty() && std::ranges::all_of(text, ascii_digit);
  return number ? std::optional<std::string>{text} : std::nullopt;
}

template <class T, class Get>
std::string listed(const std::vector<T>& items, Get get) {
  std::string out;
  for (const auto& each : items) out += get(each) + "; ";
  return out;
}

// What the field of a Ruby mail is in ours; nothing if ours has no such thing.
std::optional<std::string> ruby_field(const Mail& mail, std::string field) {
  const auto address = [](const Mailbox& each) { return each.address; };
  const auto id = [](const std::string& each) { return each; };
  if (field == "subject") return mail.subject;
  if (field == "message_id") return mail.message_id;
  if (field == "from") return listed(mail.from, address);
  if (field == "to") return listed(mail.to, address);
  if (field == "decoded") return mail.text;
  if (field == "in_reply_to") return mail.in_reply_to.empty() ? "" : mail.in_reply_to.front();
  if (field == "references")
    return mail.references.size() == 1 ? mail.references[0] : listed(mail.references, id);
  if (field == "[:references].message_ids") return listed(mail.references, id);
  if (field == "[:from].display_names")
    return listed(mail.from, [](const Mailbox& each) { return each.name; });
  if (!field.starts_with("attachments")) return std::nullopt;
  field.erase(0, 11);
  if (field == ".length" || field == ".size") return std::to_string(mail.attachments.size());
  std::size_t index = 0;
  if (field.starts_with("[")) index = static_cast<std::size_t>(field[1] - '0');
  field.erase(0, field.find('.', 1));
  if (index >= mail.attachments.size()) return "no such attachment";
  if (field == ".filename") return mail.attachments[index].file_name;
  if (field == ".decoded.length") return std::to_string(mail.attachments[index].content.size());
  return std::nullopt;
}

class RubyMail : public Samples {
 protected:
  void compare_line(const fs::path& path, std::string_view line, const Mail& mail) {
    const std::size_t end = line.find(").to eq");
    if (!line.starts_with("expect(") || end == std::string_view::npos) return;
    std::string_view subject = line.substr(7, end - 7);
    const std::size_t object_end = subject.find_first_of(".[");
    if (object_end == std::string_view::npos) return;
    subject.remove_prefix(subject[object_end] == '.' ? object_end + 1 : object_end);
    std::string_view value = ascii_trimmed(line.substr(end + 7));
    if (value.starts_with('(') && value.ends_with(')')) value = value.substr(1, value.size() - 2);
    const auto expected = ruby_value(value);
    const auto got = ruby_field(mail, std::string{subject});
    if (expected && got) compare(path, std::string{subject}, *expected, *got);
  }
};

TEST_F(RubyMail, ReadsTheseMailsAsTheSpecsOfThatLibraryExpect) {
  for (const auto& path : files("ruby-mail", {".eml"})) {
    const Mail mail = parse(path);
    const fs::path beside = path.parent_path() / (path.stem().string() + ".assertions.json");
    if (!fs::exists(beside)) continue;
    const std::string source = read_file(beside);
    for (const auto& spec : JsonReader{source}.read().array) {
      for (const auto& line : spec["assertions"].array) compare_line(path, line.string, mail);
    }
  }
  expect_matches(samples::kRubyMatchesMin);
}

// --- chatwoot-fork: the specs name fields of that product, so the comparable ones are written out here ---

TEST_F(Samples, ReadsTheMailsOfAnotherContactCenter) {
  for (const auto& each : samples::kChatwoot) {
    const fs::path path = root_ / "chatwoot-fork" / each.file;
    const Mail mail = parse(path);
    compare(path, "subject", std::string{each.subject}, std::string{ascii_trimmed(mail.subject)});
    compare(path, "attachments", std::to_string(each.attachments), std::to_string(mail.attachments.size()));
    compare(path, "text has", std::string{each.text},
            mail.text.find(each.text) != std::string::npos ? std::string{each.text} : mail.text);
  }
  for (const auto& path : files("chatwoot-fork", {".eml"})) parse(path);
  expect_matches(samples::kChatwootMatchesMin);
}

// --- mimekit: TNEF streams with the files in them ---

TEST_F(Samples, TakesTheFilesOutOfTnef) {
  for (const auto& path : files("mimekit/tnef", {".tnef"})) {
    const auto tnef = read_tnef(read_file(path), 64 << 20);
    ASSERT_TRUE(tnef) << path;
    std::string expected;
    std::ifstream list{path.parent_path() / (path.stem().string() + ".list")};
    for (std::string line; std::getline(list, line);) {
      std::erase(line, '\r');
      if (line == "body.rtf") compare(path, line, "yes", tnef->rtf.starts_with("{\\rtf") ? "yes" : "no");
      if (line == "body.html") compare(path, line, "yes", tnef->html.empty() ? "no" : "yes");
      if (!line.empty() && !line.starts_with("body.")) expected += line + "; ";
    }
    std::vector<std::string> names;
    for (const auto& file : tnef->files) names.push_back(file.file_name);
    std::ranges::sort(names);
    // One list leaves out a file that lies beside it.
    if (path.stem() != "long-filename")
      compare(path, "files", expected, listed(names, [](const auto& each) { return each; }));
    for (const auto& file : tnef->files) {
      const fs::path extracted = path.parent_path() / path.stem() / file.file_name;
      if (fs::is_regular_file(extracted))
        compare(path, file.file_name, comparable(read_file(extracted)), comparable(file.content));
    }
    const fs::path rtf = path.parent_path() / path.stem() / "message.rtf";
    if (fs::exists(rtf)) compare(path, "message.rtf", comparable(read_file(rtf)), comparable(tnef->rtf));
    const fs::path html = path.parent_path() / path.stem() / "message.html";
    if (fs::exists(html))
      compare(path, "message.html", comparable(to_utf8(read_file(html), "", TextKind::kHtml).text),
              comparable(tnef->html));
  }
  for (const auto& path : files("mimekit", {".eml", ".txt", ".msg"})) parse(path);
  expect_matches(samples::kMimeKitMatchesMin);
}

// --- sisimai: bounces; every report has its machine-readable part ---

TEST_F(Samples, FindsTheReportInEveryBounceThatSaysItHasOne) {
  for (const auto& path : files("sisimai", {".eml"})) {
    const Mail mail = parse(path);
    compare(path, "text", "yes", mail.text.empty() ? "no" : "yes");
    if (mail.report_type.empty()) continue;
    const bool found = std::ranges::any_of(mail.report_parts, [](const ReportPart& part) {
      return part.content_type.starts_with("message/") && part.content_type != "message/rfc822" &&
             !part.content.empty();
    });
    compare(path, "report", "yes", found ? "yes" : "no");
  }
  expect_matches(samples::kSisimaiMatchesMin);
}

}  // namespace
}  // namespace hark::email
