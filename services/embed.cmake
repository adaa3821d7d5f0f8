# Writes a .cc that defines one std::string_view per file of FILES, for the declarations in HEADER.
# The identifier is the file name with every character outside [A-Za-z0-9] turned into '_'.
set(text "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\nnamespace {\n")
set(definitions "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "[^A-Za-z0-9]" "_" id ${name})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  string(APPEND text "constexpr char ${id}_bytes[] = \"${bytes}\";\n")
  string(APPEND definitions "extern const std::string_view ${id}{${id}_bytes, sizeof(${id}_bytes) - 1};\n")
endforeach()
string(APPEND text "}  // namespace\n\n${definitions}\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUT} "${text}")
