namespace Marketplace.Ethereum;

/// <summary>A node did not do what it was asked.</summary>
public abstract class RpcException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The node could not be reached, or its reply is no JSON-RPC.</summary>
public sealed class RpcTransportException(string message, Exception? inner = null) : RpcException(message, inner);

/// <summary>The node did not reply in time; what was sent may have taken effect.</summary>
public sealed class RpcTimeoutException(string method, TimeSpan timeout)
    : RpcException($"{method} had no reply within {timeout}.")
{
    public string Method { get; } = method;

    public TimeSpan Timeout { get; } = timeout;
}

/// <summary>The node replied with an error object.</summary>
/// <param name="dataHex">What a reverted call returned, where the node says so.</param>
public sealed class RpcErrorException(int code, string rpcMessage, string? dataHex)
    : RpcException($"The node replied with error {code}: {rpcMessage}")
{
    public int Code { get; } = code;

    public string RpcMessage { get; } = rpcMessage;

    public string? DataHex { get; } = dataHex;
}

/// <summary>The node knows no such block (yet, or any more).</summary>
public sealed class RpcUnknownBlockException(BlockTag block) : RpcException($"The node knows no block {block}.")
{
    public BlockTag Block { get; } = block;
}
