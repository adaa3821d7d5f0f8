#include "social/files.h"

#include "base/core/file_name.h"
#include "base/core/url.h"

namespace hark::social {
namespace {

/// Of an answer that tells where a file is.
constexpr std::size_t kPlaceBytesMax = 64U << 10;

Answer not_had(std::string why) { return {Answer::Kind::kNotSent, 0, {}, std::move(why)}; }

Answer checked(Answer answer) {
  if (answer.kind != Answer::Kind::kAnswered || answer.status == 200) return answer;
  return not_had("it is not given out (HTTP " + std::to_string(answer.status) + ")");
}

/// What the network says a file is goes before what its server says.
void describe(const File& file, const Answer& answer, v1::Attachment& attachment) {
  attachment.set_content_type(
      safe_content_type(file.content_type.empty() ? answer.content_type : file.content_type));
  const auto name = file.kind + "." + std::string{extension_of_type(attachment.content_type())};
  attachment.set_file_name(safe_file_name(file.name.empty() ? name : file.name));
}

}  // namespace

Task<Status> Files::attach(Account account, std::vector<File> files, v1::Content& content) {
  const auto until = std::chrono::steady_clock::now() + kFilesTime;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const File& file = files[i];
    auto answer = i < kFilesMax ? co_await fetch(account, file, until)
                                : not_had("more than " + std::to_string(kFilesMax) + " came at once");
    if (answer.kind != Answer::Kind::kAnswered) {
      content.add_remarks("a " + file.kind + " came with it, which could not be fetched: " + answer.detail +
                          "; the raw request names it");
      continue;
    }
    HARK_CO_TRY(auto blob, co_await conversation_.put_blob(std::move(answer.body)));
    auto& attachment = *content.add_attachments();
    *attachment.mutable_blob() = std::move(blob);
    describe(file, answer, attachment);
  }
  co_return Status{};
}

Task<Answer> Files::fetch(const Account& account, const File& file,
                          std::chrono::steady_clock::time_point until) {
  if (!file.url.empty()) {
    const bool trusted = is_at(file.url, account.base_url);
    co_return checked(co_await source_.get({file.url}, {kFileBytesMax, until, trusted}));
  }
  const Network& network = *find_network(account.network);
  if (network.ask_for_file == nullptr || file.id.empty())
    co_return not_had("the network does not say where it is");
  const auto told =
      checked(co_await source_.get(network.ask_for_file(account, file), {kPlaceBytesMax, until, true}));
  if (told.kind != Answer::Kind::kAnswered) co_return told;
  const auto place = network.file_place(account, told.body);
  if (!place) co_return not_had("the network's answer does not say where it is");
  co_return checked(
      co_await source_.get(*place, {kFileBytesMax, until, is_at(place->url, account.base_url)}));
}

}  // namespace hark::social
