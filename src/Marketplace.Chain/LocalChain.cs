using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>The local chain did not start.</summary>
public sealed class LocalChainException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The embedded chain: anvil with a block a second and finality two blocks behind the head. It outlives its operator:
/// one that was killed finds the chain as it would find any other.
/// </summary>
public sealed class LocalChain : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly UInt128 PlentyOfWei = (UInt128)1_000 * 1_000_000_000_000_000_000;

    private readonly Process process;

    private LocalChain(Process process, int port)
    {
        this.process = process;
        Endpoint = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Endpoint { get; }

    public int ProcessId => process.Id;

    /// <summary>Starts anvil, or finds the one that an earlier life of the operator left running.</summary>
    /// <param name="root">
    /// A folder at or above which <c>node_modules</c> holds anvil; otherwise it must be on the path.
    /// </param>
    /// <exception cref="LocalChainException">There is no anvil, or it does not answer within 30 seconds.</exception>
    public static async Task<LocalChain> StartAsync(
        string root, string directory, TimeProvider time, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        var marker = MarkerIn(directory);
        var last = await marker.ReadAsync(ct);
        if (last is { } earlier && FindAnvil(earlier.ProcessId) is { } running)
        {
            var found = new LocalChain(running, earlier.Port);
            await found.WaitAsync(time, ct);
            return found;
        }

        // The port of the last time, where it is free, for gateways and providers were told of it.
        var port = ChainMarker.FreePort(preferred: last?.Port);
        var process = Start(AnvilBinary.Find(root), port, Path.Combine(directory, "chain.json"));
        var chain = new LocalChain(process, port);
        await marker.WriteAsync(process.Id, port, ct);
        await chain.WaitOrEndAsync(time, ct);
        return chain;
    }

    /// <summary>Ends the chain that runs in a folder, if one does.</summary>
    public static async Task EndAsync(string directory, CancellationToken ct)
    {
        if (await MarkerIn(directory).ReadAsync(ct) is { } last && FindAnvil(last.ProcessId) is { } running)
        {
            using var chain = new LocalChain(running, last.Port);
            chain.Stop();
        }
    }

    /// <summary>Gives an account 1,000 ether for gas. Only a local chain can.</summary>
    /// <exception cref="RpcException">The chain failed.</exception>
    public static Task FundGasAsync(JsonRpcClient rpc, EthAddress account, CancellationToken ct) =>
        FundGasAsync(rpc, account, PlentyOfWei, ct);

    /// <summary>Sets the account's balance of gas money. Only a local chain can.</summary>
    /// <exception cref="RpcException">The chain failed.</exception>
    public static Task FundGasAsync(JsonRpcClient rpc, EthAddress account, UInt128 wei, CancellationToken ct) =>
        rpc.CallAsync(
            "anvil_setBalance",
            [account.ToString(), "0x" + wei.ToString("x", CultureInfo.InvariantCulture)],
            ct);

    /// <summary>Ends the chain by its process id, once it wrote its state.</summary>
    public void Stop()
    {
        if (process.HasExited)
        {
            return;
        }

        AnvilInterrupt.Send(process);
        if (!process.WaitForExit(StopPatience))
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    public void Dispose() => process.Dispose();

    private static ChainMarker MarkerIn(string directory) => new(Path.Combine(directory, "anvil.pid"));

    private static Process Start(string binary, int port, string stateFile)
    {
        var start = new ProcessStartInfo(binary) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] args =
        [
            "--block-time", "1", "--slots-in-an-epoch", "1", "--host", "127.0.0.1", "--silent",
            "--port", port.ToString(CultureInfo.InvariantCulture), "--state", stateFile, "--state-interval", "1",
        ];
        Array.ForEach(args, start.ArgumentList.Add);
        try
        {
            var process = Process.Start(start) ?? throw new LocalChainException("anvil did not start.");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process;
        }
        catch (Win32Exception missing)
        {
            throw new LocalChainException(
                "anvil is neither in node_modules (npm install puts it there) nor on the path.", missing);
        }
    }

    /// <remarks>Null when the id is nobody's any more, or of another program.</remarks>
    private static Process? FindAnvil(int processId)
    {
        try
        {
            var process = Process.GetProcessById(processId);
            if (!process.HasExited && process.ProcessName.Contains("anvil", StringComparison.Ordinal))
            {
                return process;
            }

            process.Dispose();
            return null;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private async Task WaitOrEndAsync(TimeProvider time, CancellationToken ct)
    {
        try
        {
            await WaitAsync(time, ct);
        }
        catch
        {
            Stop();
            Dispose();
            throw;
        }
    }

    private async Task WaitAsync(TimeProvider time, CancellationToken ct)
    {
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, Endpoint, AnswerPatience));
        var started = time.GetTimestamp();
        while (!await IsReadyAsync(client, ct))
        {
            if (process.HasExited || time.GetElapsedTime(started) > StartPatience)
            {
                var failure = process.HasExited ? "ended" : "does not answer";
                throw new LocalChainException($"anvil {failure} at {Endpoint}.");
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    /// <remarks>
    /// Ready means that the final block's state can be read: of the time before a restart anvil keeps the blocks, but
    /// only the newest state.
    /// </remarks>
    private static async Task<bool> IsReadyAsync(EthereumClient client, CancellationToken ct)
    {
        try
        {
            await client.NonceAsync(default, BlockTag.Finalized, ct);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
