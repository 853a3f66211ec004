#pragma once

namespace rescue::recovery {

/// Whether the mail server of this machine greets with 220 on 127.0.0.1, port 25, within ten seconds.
bool smtp_greets();

}  // namespace rescue::recovery
