#include "social/answer_files.h"

namespace hark::social {

Task<Result<AnswerFiles::Given>> AnswerFiles::give(std::string path) {
  const auto* account = settings_.account(account_of_link(path));
  const auto file = account ? read_link(*account, path, clock_.now()) : std::nullopt;
  if (!file) co_return Error{Code::kNotFound, Reason::kBlobNotFound, "there is no such file"};
  v1::BlobRef blob;
  blob.set_id(file->blob_id);
  blob.set_size_bytes(file->size);
  blob.set_inlined(file->inlined);
  HARK_CO_TRY(auto content, co_await conversation_.get_blob(std::move(blob), file->conversation_id));
  co_return Given{std::move(content), file->content_type};
}

}  // namespace hark::social
