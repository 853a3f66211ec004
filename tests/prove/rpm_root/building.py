"""Packages built by rpmbuild, signed, and a root that rpm installed them into. Programs are copies of `true`."""
import os
import shutil
import subprocess

TOOLS = 36
VENDOR = "Example Packages"
INSTALLED = "2026-01-05 03:00:00"
TOUCH = "find %{buildroot} -exec touch -h -d 2025-06-01T00:00:00Z {} +"
# Nothing of the machine's own rpm is read or written.
QUIET = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}


def spec(version):
    """One source package, `TOOLS` packages of a dozen files each. tool00 is the one that has a newer version."""
    head = [f"Name: suite\nVersion: {version}\nRelease: 1\nSummary: s\nLicense: MIT\nVendor: {VENDOR}\n%description\ns"]
    install, files = ["%install"], []
    for i in range(TOOLS):
        name = f"tool{i:02}"
        head.append(f"%package -n {name}\nSummary: s\n%description -n {name}\ns")
        install.append(f"""mkdir -p %{{buildroot}}/usr/bin %{{buildroot}}/usr/sbin %{{buildroot}}/usr/lib64/{name} %{{buildroot}}/usr/share/doc/{name} \\
 %{{buildroot}}/etc/cron.d %{{buildroot}}/etc/profile.d %{{buildroot}}/etc/{name} %{{buildroot}}/var/log
cp /bin/true %{{buildroot}}/usr/bin/{name}; echo {name} {version} >> %{{buildroot}}/usr/bin/{name}
cp /bin/true %{{buildroot}}/usr/sbin/{name}d; echo {name} >> %{{buildroot}}/usr/sbin/{name}d
cp /bin/true %{{buildroot}}/usr/lib64/lib{name}.so.1; echo {name} >> %{{buildroot}}/usr/lib64/lib{name}.so.1
ln -s lib{name}.so.1 %{{buildroot}}/usr/lib64/lib{name}.so
printf '#!/bin/sh\\necho {name}\\n' > %{{buildroot}}/usr/bin/{name}-run
for part in one two three; do echo $part > %{{buildroot}}/usr/lib64/{name}/$part.dat; done
echo {name} > %{{buildroot}}/usr/share/doc/{name}/README
echo colour=1 > %{{buildroot}}/etc/{name}/{name}.conf
echo '15 4 * * * root /usr/bin/{name} --quiet' > %{{buildroot}}/etc/cron.d/{name}
echo 'export {name.upper()}=1' > %{{buildroot}}/etc/profile.d/{name}.sh
touch %{{buildroot}}/var/log/{name}.log""")
        capability = "%caps(cap_net_raw=ep) " if i == 1 else ""
        files.append(f"""%files -n {name}
%attr({"4755" if i == 2 else "0755"},root,root) {capability}/usr/bin/{name}
%attr(0755,root,root) /usr/sbin/{name}d
%attr(0755,root,root) /usr/bin/{name}-run
%attr(0755,root,root) /usr/lib64/lib{name}.so.1
/usr/lib64/lib{name}.so
%dir /usr/lib64/{name}
/usr/lib64/{name}/*.dat
%doc /usr/share/doc/{name}/README
%config(noreplace) /etc/{name}/{name}.conf
%config(noreplace) /etc/cron.d/{name}
%config(noreplace) /etc/profile.d/{name}.sh
%ghost /var/log/{name}.log""")
    return "\n".join([*head, *install, TOUCH, *files]) + "\n"


def run(arguments, **options):
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def key(work):
    """A key of nobody, for this run."""
    home = work / "gnupg"
    home.mkdir(mode=0o700)
    run(["gpg", "--homedir", home, "--batch", "--passphrase", "", "--quick-generate-key", VENDOR, "rsa2048", "sign", "never"])
    return home


def packages(work, algorithm):
    """{version: [archives]}, signed; files named by digests of `algorithm` (1 MD5, 8 SHA-256)."""
    work.mkdir()
    home, out = key(work), {}
    for version in ("1.0", "1.1"):
        place = work / version
        place.mkdir()
        (place / "suite.spec").write_text(spec(version))
        run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {place}", "--define", f"_binary_filedigest_algorithm {algorithm}",
             "--define", f"_source_filedigest_algorithm {algorithm}", "--define", "__os_install_post %{nil}",
             "--define", "debug_package %{nil}", place / "suite.spec"], env=QUIET | {"HOME": str(place)})
        out[version] = sorted((place / "RPMS").glob("*/*.rpm"))
        run(["rpmsign", "--addsign", "--define", f"_gpg_name {VENDOR}", "--define", f"_gpg_path {home}", "--define", "__gpg /usr/bin/gpg", *out[version]],
            env=QUIET | {"HOME": str(place), "GNUPGHOME": str(home)})
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    return out


def rpm(root, *arguments):
    return run(["faketime", INSTALLED, "rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--define", "_db_backend sqlite",
                "--nodeps", "--nosignature", *arguments], env=QUIET | {"HOME": "/"})


def root(place, archives):
    """Installed, one package brought up to date, one taken off again."""
    for folder in ("usr/bin", "usr/sbin", "usr/lib64", "etc", "var/log", "tmp", "root"):
        (place / folder).mkdir(parents=True)
    for name in ("bin", "sbin", "lib64"):
        (place / name).symlink_to(f"usr/{name}")
    (place / "etc/os-release").write_text('ID="almalinux"\nVERSION_ID="9.4"\nPRETTY_NAME="AlmaLinux 9.4"\n')
    (place / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    rpm(place, "-i", "--excludedocs", *archives["1.0"])
    rpm(place, "-U", "--excludedocs", archives["1.1"][0])
    rpm(place, "-e", f"tool{TOOLS - 1:02}")
    for left in ("rpmdb.sqlite-shm", ".rpm.lock"):
        (place / "var/lib/rpm" / left).unlink(missing_ok=True)


def copy(source, target):
    """With owners, times, links and capabilities."""
    shutil.rmtree(target, ignore_errors=True)
    run(["cp", "-a", source, target])
    return target
