#pragma once

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// Stops a script's mailing. One that lies where no program belongs (uploads, caches, temporary folders) is
/// taken away and kept in the step's record; of one that is part of an application only the sending is
/// stopped, as narrowly as the web server's settings allow. A user's own processes are kept from handing mail
/// in.
void plan_script(const LiveServer& server, const Way& way, ResponsePlan& plan);

/// Visitors' files, caches and temporary files lie there, and no program.
bool in_odd_place(std::string_view path);
/// The folder of the application that a script is part of: the nearest one with an index.php that does
/// something, within the served folder; else the served folder; else the script's own.
std::string application_folder(const ServerFiles& files, const std::string& script);
/// DocumentRoot and Alias of one file of apache's settings.
std::vector<std::string> served_folders(std::string_view settings);

}  // namespace rescue::recovery
