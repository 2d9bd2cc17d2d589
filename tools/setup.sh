# Shared by tools/demo and tools/test: what they need, and how they say what they do.

say() { printf '        %s\n' "$*"; }

need() { # COMMAND, WHAT
  command -v "$1" >/dev/null || { echo "$2 is missing: install it and run this again."; exit 2; }
}

# Runs a command with its output in a file; shows the file when it fails, and a sign of life every five seconds.
with_progress() { # LOGFILE COMMAND...
  local file=$1 pid seconds=0
  shift
  "$@" >"$file" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    if [ $((seconds % 5)) = 0 ]; then say "... $seconds s"; fi
  done
  wait "$pid" || { cat "$file"; return 1; }
}

# `npm install` and not `npm ci`: the lock file pins every version, but a registry may lack the binaries of other
# platforms, and `npm ci` then refuses the lock file.
npm_install() { npm install --no-save --no-audit --no-fund --loglevel=error "$@"; }

# Hardhat wants Node 22, and under an older one npm leaves its native part out without a word: install under Node 24.
npm_install_all() {
  if [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 22 ]; then
    npm_install
  else
    npm exec --yes --package=node@24 -c 'npm install --no-save --no-audit --no-fund --loglevel=error'
  fi
}

# The compiler's server halves the time of a build. Where the environment wants none, it is ended afterwards.
end_compiler() {
  if [ "${UseSharedCompilation:-}" = false ]; then dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1; fi
}

has_anvil() { compgen -G 'node_modules/@foundry-rs/anvil-*/bin/anvil*' >/dev/null || command -v anvil >/dev/null; }
