// Bounces that others collected, against what their tests expect of them. Run with HARK_SAMPLES naming the
// folder.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "email/core/parse_mail.h"
#include "email/core/sample_json.h"
#include "email/core/verdict.h"

namespace hark::email {
namespace {

namespace fs = std::filesystem;

/// How many values match today. A change that lowers it made something worse.
constexpr std::size_t kMatchesMin = 357;

struct KnownDifference {
  std::string_view sample;
  std::string_view field;
  std::string_view reason;
};

constexpr std::string_view kFilter =
    "the words say that the user is unknown; they take such words after DATA for a filter's";

constexpr KnownDifference kKnownDifferences[] = {
    {"lhost-amazonses-02", "reason", kFilter},
    {"lhost-amazonses-02", "hard", kFilter},
    {"lhost-apachejames-01", "reason", kFilter},
    {"lhost-apachejames-01", "hard", kFilter},
    {"lhost-mfilter-01", "reason", kFilter},
    {"lhost-mfilter-01", "hard", kFilter},
    {"lhost-office365-04", "reason", kFilter},
    {"lhost-office365-04", "hard", kFilter},
    {"lhost-postfix-07", "reason", kFilter},
    {"lhost-postfix-07", "hard", kFilter},
    {"lhost-sendmail-02", "reason", kFilter},
    {"lhost-sendmail-02", "hard", kFilter},
    {"lhost-surfcontrol-01", "reason", kFilter},
    {"lhost-surfcontrol-01", "hard", kFilter},
    {"lhost-x2-01", "reason", kFilter},
    {"lhost-x2-01", "hard", kFilter},
    {"rhost-kddi-01", "reason", kFilter},
    {"rhost-kddi-01", "hard", kFilter},
    {"rhost-nttdocomo-01", "reason", kFilter},
    {"rhost-nttdocomo-01", "hard", kFilter},
    {"lhost-ezweb-01", "reason", "the mail only says that it was rejected, not why"},
    {"lhost-fml-02", "kind",
     "a mailing list refuses a post, with neither the null sender nor a daemon's address: a person reads it"},
    {"lhost-fml-02", "recipients", "as above"},
    {"rfc3464-01", "reply",
     "the code is in Diagnostic-Code; they drop it for the words of another system above"},
    {"rfc3464-01", "reason",
     "Diagnostic-Code says user unknown; they follow the words above it (disk space)"},
    {"rfc3464-01", "hard", "as above"},
    {"rfc3464-06", "reply", "554 stands in the transcript, and is of use to an agent"},
    {"rfc3464-07", "kind", "Action: delayed is no failure"},
    {"rfc3464-07", "reason", "Action: delayed is no failure"},
};

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Their word for our reason. Several of theirs are one of ours where an agent would do the same.
std::string_view their_reason(FailureReason reason) {
  switch (reason) {
    case FailureReason::kNone:
      return "delivered";
    case FailureReason::kUserUnknown:
      return "userunknown";
    case FailureReason::kHostUnknown:
      return "hostunknown";
    case FailureReason::kMoved:
      return "hasmoved";
    case FailureReason::kSuspended:
      return "suspend";
    case FailureReason::kMailboxFull:
      return "mailboxfull";
    case FailureReason::kTooLarge:
      return "mesgtoobig";
    case FailureReason::kSpam:
      return "spamdetected";
    case FailureReason::kVirus:
      return "virusdetected";
    case FailureReason::kAuthentication:
      return "authfailure";
    case FailureReason::kBlocked:
      return "blocked";
    case FailureReason::kTooMany:
      return "toomanyconn";
    case FailureReason::kSenderRejected:
      return "rejected";
    case FailureReason::kPolicy:
      return "policyviolation";
    case FailureReason::kRelaying:
      return "norelaying";
    case FailureReason::kNetwork:
      return "networkerror";
    case FailureReason::kExpired:
      return "expired";
    case FailureReason::kMailerError:
      return "mailererror";
    case FailureReason::kOther:
      return "undefined";
  }
  return "undefined";
}

/// They make up a code such as 5.0.911 where the mail has none.
std::string told_status(const std::string& dsn) {
  return dsn.size() == 7 && (dsn.starts_with("5.0.9") || dsn.starts_with("4.0.9")) ? "" : dsn;
}

class BounceSamples : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HARK_SAMPLES");
    if (folder == nullptr) GTEST_SKIP() << "HARK_SAMPLES does not name the folder with sample mails";
    root_ = fs::path{folder} / "sisimai";
  }

  void compare(const std::string& sample, const std::string& field, const std::string& expected,
               const std::string& got) {
    if (expected == got) {
      ++matched_;
      return;
    }
    ++differed_;
    const auto known =
        std::find_if(std::begin(kKnownDifferences), std::end(kKnownDifferences),
                     [&](const auto& each) { return each.sample == sample && each.field == field; });
    const bool listed = known != std::end(kKnownDifferences);
    std::cout << sample << " | " << field << " | expected " << expected << " | got " << got << " | "
              << (listed ? known->reason : "NOT LISTED") << '\n';
    EXPECT_TRUE(listed) << sample << ", " << field << ": expected " << expected << ", got " << got;
  }

  void compare_recipient(const std::string& sample, const samples::Json& expected,
                         const RecipientReport& got) {
    compare(sample, "status", told_status(expected["dsn"].string), got.status);
    compare(sample, "reply", expected["reply"].string,
            got.reply_code == 0 ? "" : std::to_string(got.reply_code));
    compare(sample, "reason", expected["reason"].string, std::string{their_reason(got.reason)});
    compare(sample, "hard", expected["hardbounce"].truth ? "yes" : "no", got.hard ? "yes" : "no");
  }

  void judge_sample(const fs::path& path) {
    auto sample = path.filename().string();
    sample.erase(sample.find('.'));
    auto raw = read_file(path);
    // Some are folders of mails in one file; the first is meant.
    if (raw.starts_with("From ")) raw.erase(0, raw.find('\n') + 1);
    if (const auto second = raw.find("\n\nFrom MAILER-DAEMON "); second != std::string::npos)
      raw.resize(second + 1);
    const auto mail = parse_mail(raw);
    ASSERT_TRUE(mail.ok()) << sample;
    auto sender = std::string{header(*mail, "Return-Path")};
    std::erase_if(sender, [](char c) { return c == '<' || c == '>' || c == ' '; });
    if (header(*mail, "Return-Path").empty() && !mail->from.empty()) sender = mail->from.front().address;
    const auto verdict = judge(*mail, {sender, {}}, {});
    const auto expected =
        samples::JsonReader{read_file(fs::path{path}.replace_extension(".expected.json"))}.read();
    EXPECT_TRUE(verdict.kind == MailKind::kMessage || !verdict.may_auto_answer) << sample;
    if (expected.kind == samples::Json::Kind::kObject) {
      compare(sample, "kind", "message", std::string{name_of(verdict.kind)});
      return;
    }
    const auto& first = expected.at(0);
    if (first["reason"].string == "feedback") {
      compare(sample, "kind", "complaint", std::string{name_of(verdict.kind)});
      compare(sample, "feedback", first["feedback"].string, verdict.feedback_type);
      return;
    }
    const bool delivered = first["reason"].string == "delivered";
    compare(sample, "kind", delivered ? "delivered report" : "bounce", std::string{name_of(verdict.kind)});
    for (std::size_t i = 0; i < verdict.report.recipients.size() && i < expected.array.size(); ++i) {
      compare_recipient(sample, expected.at(i), verdict.report.recipients[i]);
    }
    if (!delivered)
      compare(sample, "recipients", std::to_string(expected.array.size()),
              std::to_string(verdict.report.recipients.size()));
    const bool shows_id = raw.find("essage-I") != raw.rfind("essage-I");
    if (shows_id)
      compare(sample, "original", "has an id",
              verdict.report.original.message_id.empty() ? "none" : "has an id");
  }

  fs::path root_;
  std::size_t matched_ = 0;
  std::size_t differed_ = 0;
};

TEST_F(BounceSamples, AreReadAsTheirCollectorsReadThem) {
  std::vector<fs::path> mails;
  for (const auto& item : fs::directory_iterator(root_)) {
    if (item.path().extension() == ".eml") mails.push_back(item.path());
  }
  std::sort(mails.begin(), mails.end());
  for (const auto& mail : mails) judge_sample(mail);
  std::cout << mails.size() << " mails: " << matched_ << " values match, " << differed_ << " differ\n";
  EXPECT_GE(matched_, kMatchesMin);
}

}  // namespace
}  // namespace hark::email
