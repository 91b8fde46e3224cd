# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of gst-colorize by bash. The options are those that the program itself names.

_gst_colorize() {
  local cur prev words cword split
  _init_completion -s || return
  local program=("$1")
  case ${words[1]} in evaluate | networks | serve | verify | plan | piece | join | status) program+=("${words[1]}") ;; esac
  [[ ${words[1]} == networks && ${words[2]} == add && $cword -gt 2 ]] && program+=(add)

  case $prev in
    --codec) COMPREPLY=($(compgen -W 'h264 h265 vp9 av1 ffv1 prores dnxhr' -- "$cur")); return ;;
    --profile)
      COMPREPLY=($(compgen -W "archive broadcast family web
        $(find "${XDG_CONFIG_HOME:-$HOME/.config}/colorize/profiles" -name '*.conf' -printf '%f\n' 2>/dev/null |
          sed 's/\.conf$//')" -- "$cur"))
      _filedir conf
      return ;;
    --container) COMPREPLY=($(compgen -W 'mp4 mov mkv webm ts avi ogv mxf' -- "$cur")); return ;;
    --speed) COMPREPLY=($(compgen -W 'fast medium slow' -- "$cur")); return ;;
    --bits) COMPREPLY=($(compgen -W '8 10 12 16' -- "$cur")); return ;;
    --sound) COMPREPLY=($(compgen -W 'copy aac' -- "$cur")); return ;;
    --engine) COMPREPLY=($(compgen -W 'auto opencv onnxruntime' -- "$cur")); return ;;
    --compare) $split && COMPREPLY=($(compgen -W 'halves side-by-side' -- "$cur")); $split && return ;;
    --show) COMPREPLY=($(compgen -W 'colour confidence' -- "$cur")); return ;;
    --progress) COMPREPLY=($(compgen -W 'bar lines json none' -- "$cur")); return ;;
    --output-dir | -d | --state | --work) _filedir -d; return ;;
    --output | -o | --html | --table | --model | --reference | --detector) _filedir; return ;;
  esac
  $split && return

  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$("${program[@]}" --help 2>/dev/null | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--.+')" \
      -- "$cur"))
    return
  fi
  [[ $cword -gt 1 ]] || COMPREPLY=($(compgen -W 'evaluate networks serve verify plan piece join status' -- "$cur"))
  case ${program[*]:1} in
    networks) [[ $cword -eq 1 ]] || COMPREPLY=($(compgen -W 'add' -- "$cur")) ;;
    verify) _filedir json ;;
    'networks add') _filedir '@(onnx|caffemodel)' ;;
    piece | join | status) [[ $cword -eq 2 ]] && _filedir -d || _filedir ;;
    *) _filedir ;;
  esac
} && complete -F _gst_colorize gst-colorize
