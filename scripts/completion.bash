# bash's completion of nextauth.fcgi: eval "$(nextauth.fcgi completion)". It asks the program itself each time, so that it
# is never out of date. Where there is nothing to offer, bash offers files.
_nextauth_fcgi() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]/#\~/$HOME}" completion -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _nextauth_fcgi nextauth.fcgi
