using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>The contract refused a call.</summary>
/// <param name="transaction">The mined transaction that reverted; null when nothing was sent.</param>
public sealed class CallRevertedException(RevertReason reason, TxHash? transaction)
    : Exception($"The contract refused the call: {reason}")
{
    public RevertReason Reason { get; } = reason;

    public TxHash? Transaction { get; } = transaction;
}

/// <summary>The node did not take a transaction, such as for want of gas money.</summary>
public sealed class CallRefusedException(string refusal) : Exception($"The node refused the transaction: {refusal}");

/// <summary>A sent transaction was not mined or not final in time. It may still be.</summary>
public sealed class CallUnconfirmedException(TxHash transaction, TimeSpan bound)
    : Exception($"Transaction {transaction} is not final after {bound}; it may still come. Look before you send again.")
{
    public TxHash Transaction { get; } = transaction;
}
