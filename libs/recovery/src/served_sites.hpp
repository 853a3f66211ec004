#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/recovery/server_files.hpp"

namespace rescue::recovery {

/// Of a file, or of the one that a link there leads to; "" where it cannot be read.
std::string text_of(const ServerFiles& files, const std::string& name);

/// Where visitors' files, caches and temporary files lie, and no program belongs. For the part of a path
/// below a served folder: what lies above it is the administrator's to name.
bool in_odd_place(std::string_view path);

/// The folders that settings of apache (DocumentRoot, Alias) or nginx (root) serve; bounded.
std::vector<std::string> served_folders(std::string_view settings);

/// Those of this server, out of all its settings; bounded.
std::vector<std::string> served_folders_of(const ServerFiles& files);

/// Those of this server's served folders that `path` lies in.
std::vector<std::string> served_above(const ServerFiles& files, const std::string& path);

/// Whether PHP may reach `path` by FastCGI: nginx serves it, or apache's settings hand something over by it.
/// A module of apache's is then not (alone) what runs it.
bool served_by_fastcgi(const ServerFiles& files, const std::string& path);

/// The folder of the application that a script belongs to: the nearest one above it with an index.php that
/// does something, else the served folder itself; its own one where no folder is known to be served.
std::string application_folder(const ServerFiles& files, const std::string& script);

/// Files of a folder, sorted and bounded; links too, as their targets are read by resolved names.
std::vector<std::string> files_in(const ServerFiles& files, const std::string& folder);

}  // namespace rescue::recovery
