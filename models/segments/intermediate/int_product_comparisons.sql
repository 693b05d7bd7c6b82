with

strata as (

    select * from {{ ref('int_product_strata') }}

),

compared as (

    {{ compared_shares('strata') | indent(4) }}

),

final as (

    select
        ---------- ids
        cluster_id,

        ---------- strings
        compared,
        product_type,
        product,

        ---------- numbers
        difference,
        difference_low,
        difference_high,
        difference_first_half,
        difference_second_half,
        p_value,
        q_value,

        ---------- booleans
        q_value <= {{ var('over_bought_max_q') }}
        and difference_low > 0
        and difference_first_half > 0
        and difference_second_half > 0 as is_over_bought

    from compared

)

select * from final
