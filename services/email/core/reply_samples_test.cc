// Replies that others collected, against what their tests expect of them. Run with HARK_SAMPLES naming the
// folder.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "email/core/html_reply.h"
#include "email/core/parse_mail.h"
#include "email/core/reply_trim.h"
#include "email/core/sample_json.h"

namespace hark::email {
namespace {

namespace fs = std::filesystem;

/// How many match today. A change that lowers one of these made something worse.
constexpr std::size_t kTrimmerMatchesMin = 30;
constexpr std::size_t kTalonMatchesMin = 35;
constexpr std::size_t kCrispMatchesMin = 40;

struct KnownDifference {
  std::string_view sample;
  std::string_view reason;
};

constexpr KnownDifference kKnownDifferences[] = {
    {"trimmer/embedded_email_17",
     "the answer stands below one introduced quote: that quote is folded, as everywhere else"},
    {"trimmer/forwarded_apple", "forwarded mail is meant to be read and is never cut"},
    {"trimmer/forwarded_message", "forwarded mail is meant to be read and is never cut, nor are its headers"},
    {"trimmer/signatures", "'Someone from mobile' could be the writer's words, so it stays"},
    {"talon/test_too_many_lines",
     "their test sets a limit of one line; the writer's 'Hi' is no less visible for that"},
    {"crisp/email_7",
     "long quoted lines were broken without a mark, which looks like answers between quotes: kept"},
    {"crisp/email_8", "a long quoted line was broken without a mark, which looks like an answer: kept"},
    {"crisp/email_german_3", "words behind 'Gesendet von ...' are the writer's, so they stay"},
};

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::erase(text, '\r');
  return text;
}

std::string stripped(std::string text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_blank));
  return text;
}

std::string without_blanks(std::string text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\xc2\xa0") == 0) {
      ++i;
    } else if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t') {
      out += text[i];
    }
  }
  return out;
}

class ReplySamples : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HARK_SAMPLES");
    if (folder == nullptr) GTEST_SKIP() << "HARK_SAMPLES does not name the folder with sample mails";
    root_ = folder;
  }

  void compare(const std::string& sample, const std::string& expected, const std::string& got) {
    if (expected == got) {
      ++matched_;
      return;
    }
    ++differed_;
    const auto known = std::find_if(std::begin(kKnownDifferences), std::end(kKnownDifferences),
                                    [&](const auto& each) { return each.sample == sample; });
    const bool listed = known != std::end(kKnownDifferences);
    std::cout << "== " << sample << ": " << (listed ? known->reason : "NOT LISTED") << '\n';
    EXPECT_TRUE(listed) << sample << "\n-- expected\n" << expected << "\n-- got\n" << got << "\n--";
  }

  void expect_matches(std::size_t floor) const {
    std::cout << matched_ << " match, " << differed_ << " differ\n";
    EXPECT_GE(matched_, floor);
  }

  std::vector<fs::path> files(const std::string& folder, std::string_view ending) const {
    std::vector<fs::path> out;
    for (const auto& item : fs::directory_iterator(root_ / folder)) {
      if (item.path().filename().string().ends_with(ending)) out.push_back(item.path());
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  static std::string visible(const std::string& text) { return trim_reply(text).visible(text); }

  fs::path root_;
  std::size_t matched_ = 0;
  std::size_t differed_ = 0;
};

TEST_F(ReplySamples, OfEmailReplyTrimmerShowTheSameText) {
  for (const auto& path : files("email_reply_trimmer", ".emails.txt")) {
    auto name = path.filename().string();
    name.resize(name.size() - std::string_view{".emails.txt"}.size());
    compare("trimmer/" + name, stripped(read_file(path.parent_path() / (name + ".trimmed.txt"))),
            stripped(visible(read_file(path))));
  }
  expect_matches(kTrimmerMatchesMin);
}

TEST_F(ReplySamples, OfTalonShowTheSameText) {
  for (const auto& path : files("talon/cases", ".json")) {
    const auto json = samples::JsonReader{read_file(path)}.read();
    const auto name = "talon/" + path.stem().string();
    if (json["kind"].string == "extract_from_html") {
      compare(name, without_blanks(json["expected"].string),
              without_blanks(trim_html_reply(json["input"].string)));
    } else {
      compare(name, stripped(json["expected"].string), stripped(visible(json["input"].string)));
    }
  }
  for (const auto& path : files("talon/standard_replies", ".eml")) {
    const auto mail = parse_mail(read_file(path));
    ASSERT_TRUE(mail.ok()) << path;
    const auto whole = path.parent_path() / (path.stem().string() + "_reply_text");
    // Their text keeps signatures, ours folds them.
    const auto expected = fs::exists(whole) ? visible(read_file(whole)) : "Hello";
    compare("talon/" + path.filename().string(), stripped(expected), stripped(visible(mail->text)));
  }
  for (const auto& path : files("talon/html_replies", ".html")) {
    compare("talon/" + path.filename().string(), "Hi.Iamfine.Thanks,Alex",
            without_blanks(trim_html_reply(read_file(path))));
  }
  compare("talon/OLK_SRC_BODY_SECTION.html", "Reply",
          trim_html_reply(read_file(root_ / "talon" / "OLK_SRC_BODY_SECTION.html")));
  compare("talon/reply-separated-by-hr.html", "HithereBob",
          without_blanks(trim_html_reply(read_file(root_ / "talon" / "reply-separated-by-hr.html"))));
  expect_matches(kTalonMatchesMin);
}

TEST_F(ReplySamples, OfCrispShowTheSameText) {
  for (const auto& path : files("crisp-email-reply-parser", ".assertions.json")) {
    auto name = path.filename().string();
    name.resize(name.size() - std::string_view{".assertions.json"}.size());
    const auto json = samples::JsonReader{read_file(path)}.read();
    const auto text = visible(read_file(path.parent_path() / (name + ".txt")));
    for (const auto& test : json["tests"].array) {
      for (const auto& assertion : test["assertions"].array) {
        if (!assertion.string.starts_with("test.equal(COMMON_FIRST_FRAGMENT")) continue;
        compare("crisp/" + name, json["COMMON_FIRST_FRAGMENT"].string, stripped(text));
      }
    }
  }
  struct Shown {
    std::string_view name, begin, end;  // of what is visible
  };
  // Their other assertions speak of fragments; this is what they come to for a reader.
  constexpr Shown kShown[] = {
      {"email_1", "Hi folks", "-Abhishek Kona"},
      {"email_2", "Hi,", "delete them all individually.\""},
      {"email_3", "Oh thanks.", "-Abhishek Kona"},
      {"email_4", "Awesome!", "another problem with it."},
      {"email_5", "One: Here's what I've got.", "for a while."},
      {"email_one_is_not_on", "Thank, this is really helpful.", "when I run..."},
      {"email_tricky_2_url_with_wrote", "Hi there,", "John"},
      {"email_tricky_3_code_block", "Here's the code", "actual signatures."},
      {"email_tricky_4_from_in_body", "I need to parse", "actual message content."},
      {"email_tricky_8_sent_from_in_content", "The notification", "the main server."},
      {"email_tricky_11_double_signature", "Thanks for your help!", "John"},
      {"email_tricky_13_timestamp_variations", "Here are different", "not quote headers."},
      {"email_tricky_17_forward_header", "See the forwarded", "treated as quoted text."},
      {"email_tricky_19_quote_without_header", "I wanted to respond", "And my final thoughts."},
      {"sig_no_empty_line", "this is an email", "no empty line above."},
      {"email_blackberry", "Here is another email", "Here is another email"},
      {"email_bullets", "test 2 this should", "- and another"},
      {"email_2_1", "Outlook with a reply", "Outlook with a reply"},
      {"email_21", "On Thursday:", ""},
      {"email_customer_quote_header_3", "bonjour,", "merci d'avance"},
      {"email_zoho", "What is the best way", "running a test?"},
      {"email_msn", "Fusce bibendum", "nec nec nibh."},
      {"email_ios_outlook_fr", "Fusce bibendum", "nec nec nibh."},
  };
  for (const auto& [name, begin, end] : kShown) {
    const auto text = visible(read_file(root_ / "crisp-email-reply-parser" / (std::string{name} + ".txt")));
    const bool same = text.starts_with(begin) && text.ends_with(end);
    compare("crisp/" + std::string{name} + " ends", std::string{begin} + "..." + std::string{end},
            same ? std::string{begin} + "..." + std::string{end} : text);
  }
  expect_matches(kCrispMatchesMin);
}

}  // namespace
}  // namespace hark::email
