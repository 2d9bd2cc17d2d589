using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Marketplace.OrderBook.Journaling;

/// <summary>What the log's writer does to the disk; a test's disk fails and loses its power.</summary>
internal interface IJournalDisk
{
    /// <summary>Makes a file of zeroes whose room on the disk is reserved.</summary>
    /// <exception cref="IOException">The disk has no such room.</exception>
    IJournalFile Create(string path, long length);

    /// <summary>Opens a file that is there.</summary>
    IJournalFile Open(string path);

    /// <summary>Gives a file its final name. One that has the name already is an error unless it is replaced.</summary>
    void Publish(string from, string to, bool replaces);

    /// <summary>Puts the names in a folder on disk.</summary>
    void SyncFolder(string folder);
}

/// <summary>A file that is written at given places.</summary>
internal interface IJournalFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>When it returns, everything written survives a loss of power.</summary>
    void Sync();
}

/// <summary>The machine's own disk.</summary>
internal sealed partial class SystemDisk : IJournalDisk
{
    public static readonly SystemDisk Instance = new();

    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    private SystemDisk()
    {
    }

    /// <remarks>
    /// Reserving leaves the length alone, and a length that grew with every flush would be written with every flush.
    /// </remarks>
    public IJournalFile Create(string path, long length)
    {
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, Shared, FileOptions.None, length);
        RandomAccess.SetLength(file, length);
        return new SystemFile(file);
    }

    public IJournalFile Open(string path) =>
        new SystemFile(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, Shared));

    public void Publish(string from, string to, bool replaces) => File.Move(from, to, replaces);

    /// <remarks>The runtime opens no folders, so libc does. Windows has no such call.</remarks>
    public void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = OpenFolder([.. Encoding.UTF8.GetBytes(folder), 0], flags: 0);
        var isSynced = descriptor >= 0 && SyncDescriptor(descriptor) == 0;
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
        {
            _ = CloseDescriptor(descriptor);
        }

        if (!isSynced)
        {
            throw new IOException($"The names in {folder} did not reach the disk (errno {error}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFolder(ReadOnlySpan<byte> path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseDescriptor(int descriptor);

    private sealed class SystemFile(SafeFileHandle file) : IJournalFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

        public void Sync() => RandomAccess.FlushToDisk(file);

        public void Dispose() => file.Dispose();
    }
}
