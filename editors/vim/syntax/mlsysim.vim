" Vim syntax file for mlsysim sheets. Made by editors/grammar.c: do not edit.
if exists('b:current_syntax')
  finish
endif
syntax case match
syntax sync minlines=1

syntax match mlsysimOperator '\v\<\=|\>\=|\=\=|\!\=|\+|\-|\*|\/|\^|\<|\>'
syntax match mlsysimAssign '\v[<>!=]@1<!\=\=@!'
syntax match mlsysimRange '\V..'
syntax match mlsysimNumber '\v%(\w|\w\.)@2<!\d[0-9_]*%(\.\d[0-9_]*)?%([eE][+-]?\d+)?'
syntax match mlsysimCall '\v[[:alnum:]_.]@1<!%(and|or|not|if|default|known|missing|prior|min|max|abs|floor|ceil|round|mod|sqrt|exp|ln|log2|log10|sum|mean|count|product|last|first|irr|normal_cdf|normal_quantile|poisson_pmf|poisson_cdf|gamma_cdf|gamma_quantile|beta_quantile|binomial_cdf|erf|lgamma)\ze\('
syntax match mlsysimJoint '\v[[:alnum:]_.-]@1<!%(for|in|by|likely)[[:alnum:]_-]@!'
syntax match mlsysimKept '\v[[:alnum:]_.-]@1<!%(true|false)[[:alnum:]_-]@!'
syntax match mlsysimUnit '\v\[[^]#"]*\]'
syntax match mlsysimBind '\v[[:alnum:]_.]@1<!\l[[:alnum:]_]*\ze\s*\=\=@!'
syntax match mlsysimName '\v^\s*\zs\l[[:alnum:]_]*\ze\s*%(\[[^]]*\])?\s*\=\=@!'
syntax match mlsysimName contained '\v\l[[:alnum:]_]*'
syntax match mlsysimLead '\v^\s*\zs%(sheet|use|input|output|check|table)[[:alnum:]_.-]@!' nextgroup=mlsysimName skipwhite
syntax match mlsysimLead '\v^chart\s+%(series|bars|stacked|waterfall|tornado|scorecard|roofline)\ze\s' nextgroup=mlsysimName skipwhite
syntax region mlsysimText start='"' end='"' oneline
syntax match mlsysimSource contained '\v[# \t]@1<=\@[[:alnum:]_.-]+\ze%(\s+\@[[:alnum:]_.-]+)*\s*$'
syntax region mlsysimLabel start='#' end='$' oneline keepend contains=mlsysimSource,@Spell
syntax match mlsysimNote '^#.*$' contains=mlsysimSource,@Spell
syntax match mlsysimHeading '^##.*$' contains=@Spell

highlight default link mlsysimLead Statement
highlight default link mlsysimJoint Keyword
highlight default link mlsysimKept Error
highlight default link mlsysimName Identifier
highlight default link mlsysimBind Identifier
highlight default link mlsysimUnit Type
highlight default link mlsysimNumber Number
highlight default link mlsysimText String
highlight default link mlsysimCall Function
highlight default link mlsysimOperator Operator
highlight default link mlsysimAssign Operator
highlight default link mlsysimRange Operator
highlight default link mlsysimLabel Comment
highlight default link mlsysimNote Comment
highlight default link mlsysimHeading Title
highlight default link mlsysimSource Tag

let b:current_syntax = 'mlsysim'
